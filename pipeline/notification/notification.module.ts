import { RabbitMQModule, RabbitSubscribe } from '@golevelup/nestjs-rabbitmq';
import { Inject, Injectable, Module, type DynamicModule } from '@nestjs/common';
import type { ConsumeMessage } from 'amqplib';
import { Deliveries } from '../deliveries/deliveries';
import { rabbitConfig, type ConsumerConfig } from '../worker/rabbit-config';
import { Notifier } from './notifier';

@Injectable()
class NewsConsumer {
  constructor(
    @Inject(Deliveries) private readonly deliveries: Deliveries,
    @Inject(Notifier) private readonly notifier: Notifier,
  ) {}

  @RabbitSubscribe({ name: 'mp3' })
  onMp3(_body: unknown, message: ConsumeMessage): Promise<void> {
    return this.deliveries.handle('mp3', message, (delivery, signal, log) =>
      this.notifier.notifyReady(delivery, signal, log),
    );
  }

  @RabbitSubscribe({ name: 'failed' })
  onFailed(_body: unknown, message: ConsumeMessage): Promise<void> {
    return this.deliveries.handle('failed', message, (delivery, signal, log) =>
      this.notifier.notifyFailed(delivery, signal, log),
    );
  }
}

@Module({})
export class NotificationModule {
  static with(consumer: ConsumerConfig, deliveries: Deliveries, notifier: Notifier): DynamicModule {
    return {
      module: NotificationModule,
      imports: [RabbitMQModule.forRoot(rabbitConfig(consumer))],
      providers: [
        NewsConsumer,
        { provide: Deliveries, useValue: deliveries },
        { provide: Notifier, useValue: notifier },
      ],
    };
  }
}
