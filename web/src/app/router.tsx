/** Every view and its address. The server knows the same list (`server/src/http/web.ts`). */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { Home } from '../home/home.tsx';
import { NotFound } from './not-found.tsx';
import { Shell } from './shell.tsx';

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });

const text = (raw: unknown): string | undefined => (typeof raw === 'string' && raw !== '' ? raw : undefined);
/** A whole number that is no less than nothing. */
const whole = (raw: unknown): number | undefined => {
  const value = typeof raw === 'string' && raw !== '' ? Number(raw) : raw;
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
};
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

/** Notices, campaigns and the register. */
const option = <T extends string>(name: T, raw: unknown): Partial<Record<T, string>> => {
  const value = text(raw);
  return value === undefined ? {} : ({ [name]: value } as Record<T, string>);
};

const campaigns = createRoute({
  getParentRoute: () => root,
  path: '/incidents/$incident/notify',
  component: lazyRouteComponent(() => import('../notify/campaigns.tsx'), 'Campaigns'),
});
const editor = createRoute({
  getParentRoute: () => root,
  path: '/incidents/$incident/notify/new',
  validateSearch: (
    search: Record<string, unknown>,
  ): { from?: string; language?: string; reader?: 'exposed' | 'unknown' } => {
    const reader = (['exposed', 'unknown'] as const).find((one) => one === search.reader);
    return {
      ...option('from', search.from),
      ...option('language', search.language),
      ...(reader === undefined ? {} : { reader }),
    };
  },
  component: lazyRouteComponent(() => import('../notify/editor.tsx'), 'Editor'),
});
const campaign = createRoute({
  getParentRoute: () => root,
  path: '/incidents/$incident/notify/$campaign',
  validateSearch: (
    search: Record<string, unknown>,
  ): { state?: string; after?: string; person?: string; language?: string } => ({
    ...option('state', search.state),
    ...option('after', search.after),
    ...option('person', search.person),
    ...option('language', search.language),
  }),
  component: lazyRouteComponent(() => import('../notify/campaign.tsx'), 'Campaign'),
});
const approval = createRoute({
  getParentRoute: () => root,
  path: '/incidents/$incident/notify/$campaign/approval',
  component: lazyRouteComponent(() => import('../notify/approval.tsx'), 'Approval'),
});
const register = createRoute({
  getParentRoute: () => root,
  path: '/register',
  validateSearch: (
    search: Record<string, unknown>,
  ): {
    incident?: string;
    kind?: string;
    by?: string;
    from?: string;
    to?: string;
    before?: number;
    entry?: number;
  } => {
    const [before, entry] = [whole(search.before), whole(search.entry)];
    return {
      ...option('incident', search.incident),
      ...option('kind', search.kind),
      ...option('by', search.by),
      ...option('from', search.from),
      ...option('to', search.to),
      ...(before === undefined ? {} : { before }),
      ...(entry === undefined ? {} : { entry }),
    };
  },
  component: lazyRouteComponent(() => import('../register/register.tsx'), 'Register'),
});

const people = createRoute({
  getParentRoute: () => root,
  path: '/people',
  component: lazyRouteComponent(() => import('../people/people.tsx'), 'People'),
});

const risk = createRoute({
  getParentRoute: () => root,
  path: '/incidents/$incident/risk',
  validateSearch: (search: Record<string, unknown>): { version?: number; factor?: string } => {
    const [version, factor] = [whole(search.version), text(search.factor)];
    return { ...(version === undefined ? {} : { version }), ...(factor === undefined ? {} : { factor }) };
  },
  component: lazyRouteComponent(() => import('../assess/risk.tsx'), 'Risk'),
});
type ReportSearch = {
  template?: 'edpb' | 'generic' | 'ico' | 'us-ag';
  version?: number;
  next?: boolean;
  field?: string;
  only?: 'lacking';
};
const report = createRoute({
  getParentRoute: () => root,
  path: '/incidents/$incident/report',
  validateSearch: (search: Record<string, unknown>): ReportSearch => {
    const template = (['edpb', 'generic', 'ico', 'us-ag'] as const).find((one) => one === search.template);
    const [version, field] = [whole(search.version), text(String(search.field ?? ''))];
    return {
      ...(template === undefined ? {} : { template }),
      ...(version === undefined ? {} : { version }),
      ...(search.next === true ? { next: true } : {}),
      ...(field === undefined ? {} : { field }),
      ...(search.only === 'lacking' ? { only: search.only } : {}),
    };
  },
  component: lazyRouteComponent(() => import('../assess/report.tsx'), 'ReportPage'),
});
const page = createRoute({
  getParentRoute: () => root,
  path: '/incidents/$incident/page',
  validateSearch: (search: Record<string, unknown>): { edition?: string; next?: boolean } => {
    const edition = text(search.edition);
    return { ...(edition === undefined ? {} : { edition }), ...(search.next === true ? { next: true } : {}) };
  },
  component: lazyRouteComponent(() => import('../answer/page.tsx'), 'PublicPage'),
});
const desk = createRoute({
  getParentRoute: () => root,
  path: '/desk',
  component: lazyRouteComponent(() => import('../answer/desk.tsx'), 'Desk'),
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
    desk,
    risk,
    report,
    page,
    campaigns,
    editor,
    campaign,
    approval,
    register,
  ]),
  defaultPreload: 'intent',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
