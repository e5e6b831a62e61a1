import { RabbitMQModule, RabbitSubscribe } from '@golevelup/nestjs-rabbitmq';
import { Inject, Injectable, Module, type DynamicModule } from '@nestjs/common';
import type { ConsumeMessage } from 'amqplib';
import { Deliveries } from '../deliveries/deliveries';
import { rabbitConfig, type ConsumerConfig } from '../worker/rabbit-config';
import { Converter } from './converter';

@Injectable()
class VideoConsumer {
  constructor(
    @Inject(Deliveries) private readonly deliveries: Deliveries,
    @Inject(Converter) private readonly converter: Converter,
  ) {}

  @RabbitSubscribe({ name: 'video' })
  onVideo(_body: unknown, message: ConsumeMessage): Promise<void> {
    return this.deliveries.handle('video', message, (delivery, signal, log) =>
      this.converter.convert(delivery, signal, log),
    );
  }
}

@Module({})
export class ConverterModule {
  static with(
    consumer: ConsumerConfig,
    deliveries: Deliveries,
    converter: Converter,
  ): DynamicModule {
    return {
      module: ConverterModule,
      imports: [RabbitMQModule.forRoot(rabbitConfig(consumer))],
      providers: [
        VideoConsumer,
        { provide: Deliveries, useValue: deliveries },
        { provide: Converter, useValue: converter },
      ],
    };
  }
}
