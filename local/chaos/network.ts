import type { Activity } from './activity';
import { clientsOf, dependencies, slotName, type Dependency, type Slot } from './events';
import { TcpProxy, type DisturbedConnection, type ProxyMode } from './tcp-proxy';

type Ports = Readonly<Record<Dependency, number>>;

/** A proxy for each process and each thing it depends on, so that one can be cut off alone. */
export class Network {
  readonly #proxies: { slot: string; dependency: Dependency; proxy: TcpProxy }[] = [];

  private constructor(private readonly ports: Ports) {}

  /** @param activity Told when a worker begins to speak with the mail server. */
  static async open(slots: readonly Slot[], ports: Ports, activity: Activity): Promise<Network> {
    const network = new Network(ports);
    for (const slot of slots) {
      for (const dependency of dependencies.filter((one) => clientsOf[one].includes(slot.role))) {
        const proxy = await TcpProxy.start(ports[dependency], () => {
          if (dependency === 'smtp') activity.began(slotName(slot));
        });
        network.#proxies.push({ slot: slotName(slot), dependency, proxy });
      }
    }
    return network;
  }

  /** An address as a process must use it: the same with its proxy's port. */
  through(slot: Slot, dependency: Dependency, address: string): string {
    const found = this.#proxies.find(
      (one) => one.slot === slotName(slot) && one.dependency === dependency,
    );
    if (found === undefined) throw new Error(`${slotName(slot)} has no way to ${dependency}`);
    return address.replace(`127.0.0.1:${this.ports[dependency]}`, `127.0.0.1:${found.proxy.port}`);
  }

  /** @param slot Null: everybody's way to it. */
  async setMode(dependency: Dependency, slot: Slot | null, mode: ProxyMode): Promise<void> {
    for (const { proxy } of this.#proxies.filter(
      (one) => one.dependency === dependency && (slot === null || one.slot === slotName(slot)),
    )) {
      await proxy.setMode(mode);
    }
  }

  disturbed(dependency: Dependency): DisturbedConnection[] {
    return this.#proxies
      .filter((one) => one.dependency === dependency)
      .flatMap(({ proxy }) => proxy.disturbed);
  }

  async close(): Promise<void> {
    await Promise.all(this.#proxies.map(({ proxy }) => proxy.close()));
  }
}
