/** The virtual host in an AMQP URL (rabbitmq.com/docs/uri-spec); none given: `/`, as amqplib. */
export function vhostOf(amqpUrl: string): string {
  return decodeURIComponent(new URL(amqpUrl).pathname.slice(1)) || '/';
}
