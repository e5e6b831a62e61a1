import { useEffect, useState } from 'preact/hooks';
import { AuditView } from './audit-view';
import { NowContext } from './contexts';
import { LetterView } from './letter-view';
import { LettersView } from './letters-view';
import { OrderStrip } from './order-strip';
import { OrdersView } from './orders-view';
import { hrefOf, useRoute, type Route } from './route';
import { useOrders } from './use-orders';

const tabs = [
  { kind: 'letters', name: 'Dead letters', href: hrefOf({ kind: 'letters', filter: {} }) },
  { kind: 'orders', name: 'Orders', href: hrefOf({ kind: 'orders' }) },
  { kind: 'audit', name: 'Audit', href: hrefOf({ kind: 'audit', filter: {} }) },
] as const;

/** How often ages move on. */
const tickMs = 15_000;

export function Console({ onLogOut }: { readonly onLogOut: () => void }) {
  const route = useRoute();
  const orders = useOrders();
  const now = useNow();
  const tab = route.kind === 'letter' ? 'letters' : route.kind;
  useEffect(() => {
    document.title = `${titleOf(route)} · video-to-mp3`;
    scrollTo(0, 0);
  }, [route.kind]);
  return (
    <NowContext.Provider value={now}>
      <header class="bar">
        <h1>
          <a href={hrefOf({ kind: 'letters', filter: {} })}>video-to-mp3</a>
        </h1>
        <nav aria-label="Parts of this page">
          {tabs.map(({ kind, name, href }) => (
            <a key={kind} href={href} aria-current={kind === tab ? 'page' : undefined}>
              {name}
            </a>
          ))}
        </nav>
        <button type="button" class="secondary outline" onClick={onLogOut}>
          Log out
        </button>
      </header>
      <main>
        {route.kind !== 'orders' && <OrderStrip orders={orders} />}
        <View route={route} orders={orders} />
      </main>
    </NowContext.Provider>
  );
}

interface ViewProps {
  readonly route: Route;
  readonly orders: ReturnType<typeof useOrders>;
}

function View({ route, orders }: ViewProps) {
  switch (route.kind) {
    case 'letters':
      return <LettersView filter={route.filter} orders={orders} />;
    case 'letter':
      return <LetterView key={route.id} id={route.id} orders={orders} />;
    case 'orders':
      return <OrdersView orders={orders} />;
    case 'audit':
      return <AuditView filter={route.filter} version={orders.version} />;
    default:
      return route satisfies never;
  }
}

function titleOf(route: Route): string {
  switch (route.kind) {
    case 'letters':
      return 'Dead letters';
    case 'letter':
      return `Dead letter ${route.id}`;
    case 'orders':
      return 'Orders';
    case 'audit':
      return 'Audit of dead letters';
    default:
      return route satisfies never;
  }
}

function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => {
      setNow(Date.now());
    }, tickMs);
    return () => {
      clearInterval(timer);
    };
  }, []);
  return now;
}
