import { connect } from 'amqplib';
import { GatewayClient } from '../../gateway-client';
import { queueNames } from '../../queue-names';
import { amqpUrl } from '../../servers/rabbitmq-urls';
import type { Scene } from '../stack/scene';
import { waitUntil } from '../wait-until';
import type { Situation } from './situation';

/** A message that no worker can read, and a mail that its server will never take. */
export const deadLetters: Situation = {
  name: 'dead letters, then a replay',
  alerts: [{ name: 'DeadLettersPresent' }],
  begin: async (scene) => {
    const { inbox, gateway, loner, samples, signal, operator } = scene;
    await inbox.behave({ to: loner.user, at: 'recipient', answer: { kind: 'refuse', code: 550 } });
    const client = new GatewayClient(gateway, signal);
    await client.logIn(loner.user, loner.password);
    await client.upload(samples.good[0] ?? '', () => undefined);
    await publishUnreadable(scene);
    await waitUntil(
      'two letters on file',
      async () => ((await operator.countLetters()) >= 2 ? true : undefined),
      { deadlineMs: 30_000, signal },
    );
    return async () => {
      await inbox.behaveNormally(loner.user);
      await operator.order({
        action: 'discard',
        select: { filter: { reason: 'invalid-message' } },
        reason: 'a test message',
      });
      await operator.order({
        action: 'replay',
        select: { filter: { reason: 'mail-refused' } },
        reason: 'the mailbox exists again',
      });
      await waitUntil(
        'the file of dead letters empty',
        async () => ((await operator.countLetters()) === 0 ? true : undefined),
        { deadlineMs: 30_000, signal },
      );
    };
  },
};

async function publishUnreadable({ config }: Scene): Promise<void> {
  const connection = await connect(amqpUrl(config));
  try {
    const channel = await connection.createConfirmChannel();
    channel.sendToQueue(queueNames.video, Buffer.from('{"video": "which one?"}'), {
      persistent: true,
    });
    await channel.waitForConfirms();
  } finally {
    await connection.close();
  }
}
