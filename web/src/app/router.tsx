/** Every view and its address. The server knows the same list (`server/src/http/web.ts`). */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { Home } from '../home/home.tsx';
import { NotFound } from './not-found.tsx';
import { Shell } from './shell.tsx';

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });

const text = (raw: unknown): string | undefined => (typeof raw === 'string' && raw !== '' ? raw : undefined);
/** Which figure's evidence is open. */
const evidence = (search: Record<string, unknown>): { evidence?: string } => {
  const of = text(search.evidence);
  return of === undefined ? {} : { evidence: of };
};

const home = createRoute({ getParentRoute: () => root, path: '/', component: Home });
const sample = createRoute({
  getParentRoute: () => root,
  path: '/sample',
  validateSearch: evidence,
  component: lazyRouteComponent(() => import('../start/sample.tsx'), 'Sample'),
});
const connect = createRoute({
  getParentRoute: () => root,
  path: '/connect',
  component: lazyRouteComponent(() => import('../start/connect.tsx'), 'Connect'),
});
const incidents = createRoute({
  getParentRoute: () => root,
  path: '/incidents',
  validateSearch: (
    search: Record<string, unknown>,
  ): { state?: 'open' | 'decided' | 'closed'; after?: string } => {
    const state = (['open', 'decided', 'closed'] as const).find((one) => one === search.state);
    const after = text(search.after);
    return { ...(state === undefined ? {} : { state }), ...(after === undefined ? {} : { after }) };
  },
  component: lazyRouteComponent(() => import('../incident/list.tsx'), 'Incidents'),
});
const open = createRoute({
  getParentRoute: () => root,
  path: '/incidents/new',
  component: lazyRouteComponent(() => import('../incident/open.tsx'), 'OpenIncident'),
});
const incident = createRoute({
  getParentRoute: () => root,
  path: '/incidents/$incident',
  validateSearch: evidence,
  component: lazyRouteComponent(() => import('../incident/incident.tsx'), 'Incident'),
});
const leaks = createRoute({
  getParentRoute: () => root,
  path: '/incidents/$incident/leaks',
  /** Which leak is open in the form. */
  validateSearch: (search: Record<string, unknown>): { leak?: string } => {
    const leak = text(search.leak);
    return leak === undefined ? {} : { leak };
  },
  component: lazyRouteComponent(() => import('../scope/leaks.tsx'), 'Leaks'),
});

const views = createRoute({
  getParentRoute: () => root,
  path: '/incidents/$incident/views',
  /** Whom somebody asks for is personal, and stands in no address. */
  validateSearch: (search: Record<string, unknown>): { run?: string } => {
    const run = text(search.run);
    return run === undefined ? {} : { run };
  },
  component: lazyRouteComponent(() => import('../scope/views.tsx'), 'Views'),
});
const MOVED = ['exposed', 'unknown', 'clear'] as const;
type Moved = { run?: string; against?: string; was?: (typeof MOVED)[number]; now?: (typeof MOVED)[number] };
const charts = createRoute({
  getParentRoute: () => root,
  path: '/incidents/$incident/charts',
  validateSearch: (search: Record<string, unknown>): { run?: string; evidence?: string } => {
    const run = text(search.run);
    return { ...(run === undefined ? {} : { run }), ...evidence(search) };
  },
  component: lazyRouteComponent(() => import('../scope/charts.tsx'), 'Charts'),
});
const compare = createRoute({
  getParentRoute: () => root,
  path: '/incidents/$incident/compare',
  validateSearch: (search: Record<string, unknown>): Moved => {
    const [run, against] = [text(search.run), text(search.against)];
    const [was, now] = [search.was, search.now].map((raw) => MOVED.find((one) => one === raw));
    return {
      ...(run === undefined ? {} : { run }),
      ...(against === undefined ? {} : { against }),
      ...(was === undefined || now === undefined ? {} : { was, now }),
    };
  },
  component: lazyRouteComponent(() => import('../scope/compare.tsx'), 'Compare'),
});

const decide = createRoute({
  getParentRoute: () => root,
  path: '/incidents/$incident/decide',
  component: lazyRouteComponent(() => import('../incident/decide.tsx'), 'Decide'),
});

const duties = createRoute({
  getParentRoute: () => root,
  path: '/incidents/$incident/duties',
  validateSearch: (
    search: Record<string, unknown>,
  ): { status?: 'cannot-tell' | 'unverified' | 'not-due'; duty?: string } => {
    const status = (['cannot-tell', 'unverified', 'not-due'] as const).find((one) => one === search.status);
    const duty = text(search.duty);
    return { ...(status === undefined ? {} : { status }), ...(duty === undefined ? {} : { duty }) };
  },
  component: lazyRouteComponent(() => import('../assess/duties.tsx'), 'Duties'),
});

const people = createRoute({
  getParentRoute: () => root,
  path: '/people',
  component: lazyRouteComponent(() => import('../people/people.tsx'), 'People'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    sample,
    connect,
    incidents,
    open,
    incident,
    leaks,
    charts,
    views,
    compare,
    duties,
    decide,
    people,
  ]),
  defaultPreload: 'intent',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
