/**
 * Every view, its address, and where it is led to: tabs, ways and palette read this list (`places.ts`). The server knows the
 * same addresses (`server/src/http/web.ts`), which `web.test.ts` there compares.
 */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { Home } from '../home/home.tsx';
import { PAPERS, type PaperKind } from '../incident/papers/kinds.ts';
import { NotFound } from './not-found.tsx';
import { APPROVERS, KEEPERS, OFFICERS, READERS, SPEAKERS, WORKERS } from './session.ts';
import { Shell } from './shell.tsx';

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });

const text = (raw: unknown): string | undefined => (typeof raw === 'string' && raw !== '' ? raw : undefined);
/** A whole number that is no less than nothing. */
const whole = (raw: unknown): number | undefined => {
  const value = typeof raw === 'string' && raw !== '' ? Number(raw) : raw;
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
};
const option = <T extends string>(name: T, raw: unknown): Partial<Record<T, string>> => {
  const value = text(raw);
  return value === undefined ? {} : ({ [name]: value } as Record<T, string>);
};
/** Which figure's evidence is open. */
const evidence = (search: Record<string, unknown>): { evidence?: string } => {
  const of = text(search.evidence);
  return of === undefined ? {} : { evidence: of };
};

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  staticData: { place: { name: 'home.name', isWay: true } },
  component: Home,
});
const sample = createRoute({
  getParentRoute: () => root,
  path: '/sample',
  staticData: { place: { name: 'start.sample' } },
  validateSearch: evidence,
  component: lazyRouteComponent(() => import('../start/sample.tsx'), 'Sample'),
});
const connect = createRoute({
  getParentRoute: () => root,
  path: '/connect',
  staticData: { place: { name: 'sources.name', may: READERS, group: 'settings' } },
  component: lazyRouteComponent(() => import('../start/connect.tsx'), 'Connect'),
});
const incidents = createRoute({
  getParentRoute: () => root,
  path: '/incidents',
  staticData: { place: { name: 'incidents.name', may: READERS, isWay: true } },
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
  staticData: { place: { name: 'incident.new', may: WORKERS } },
  component: lazyRouteComponent(() => import('../incident/open.tsx'), 'OpenIncident'),
});
const importing = createRoute({
  getParentRoute: () => root,
  path: '/incidents/import',
  staticData: { place: { name: 'import.name', may: WORKERS } },
  component: lazyRouteComponent(() => import('../incident/import.tsx'), 'ImportIncidents'),
});
const incident = createRoute({
  getParentRoute: () => root,
  path: '/incidents/$incident',
  staticData: { place: { name: 'incident.answers', may: READERS, group: 'answers' } },
  validateSearch: evidence,
  component: lazyRouteComponent(() => import('../incident/incident.tsx'), 'Incident'),
});
const papers = createRoute({
  getParentRoute: () => root,
  path: '/incidents/$incident/papers',
  staticData: { place: { name: 'papers.tab', may: READERS, group: 'answers' } },
  /** Which paper, and which of its versions is read. */
  validateSearch: (search: Record<string, unknown>): { paper?: PaperKind; issued?: string } => {
    const paper = PAPERS.find((one) => one === search.paper);
    return { ...(paper === undefined ? {} : { paper }), ...option('issued', search.issued) };
  },
  component: lazyRouteComponent(() => import('../incident/papers/papers.tsx'), 'Papers'),
});
const leaks = createRoute({
  getParentRoute: () => root,
  path: '/incidents/$incident/leaks',
  staticData: { place: { name: 'leaks.title', may: READERS, group: 'answers' } },
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
  staticData: { place: { name: 'views.tab', may: WORKERS, group: 'answers' } },
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
  staticData: { place: { name: 'charts.tab', may: READERS, group: 'answers' } },
  validateSearch: (search: Record<string, unknown>): { run?: string; evidence?: string } => {
    const run = text(search.run);
    return { ...(run === undefined ? {} : { run }), ...evidence(search) };
  },
  component: lazyRouteComponent(() => import('../scope/charts.tsx'), 'Charts'),
});
const compare = createRoute({
  getParentRoute: () => root,
  path: '/incidents/$incident/compare',
  staticData: { place: { name: 'compare.tab', may: READERS, group: 'answers' } },
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
  staticData: { place: { name: 'decide.tab', may: READERS, group: 'record' } },
  component: lazyRouteComponent(() => import('../incident/decide.tsx'), 'Decide'),
});

const duties = createRoute({
  getParentRoute: () => root,
  path: '/incidents/$incident/duties',
  staticData: { place: { name: 'duties.tab', may: READERS, group: 'law' } },
  validateSearch: (
    search: Record<string, unknown>,
  ): { status?: 'cannot-tell' | 'unverified' | 'not-due'; duty?: string } => {
    const status = (['cannot-tell', 'unverified', 'not-due'] as const).find((one) => one === search.status);
    const duty = text(search.duty);
    return { ...(status === undefined ? {} : { status }), ...(duty === undefined ? {} : { duty }) };
  },
  component: lazyRouteComponent(() => import('../assess/duties.tsx'), 'Duties'),
});

const campaigns = createRoute({
  getParentRoute: () => root,
  path: '/incidents/$incident/notify',
  staticData: { place: { name: 'notify.tab', may: READERS, group: 'notices' } },
  component: lazyRouteComponent(() => import('../notify/campaigns.tsx'), 'Campaigns'),
});
const editor = createRoute({
  getParentRoute: () => root,
  path: '/incidents/$incident/notify/new',
  validateSearch: (
    search: Record<string, unknown>,
  ): { from?: string; draft?: string; language?: string; reader?: 'exposed' | 'unknown' } => {
    const reader = (['exposed', 'unknown'] as const).find((one) => one === search.reader);
    return {
      ...option('from', search.from),
      ...option('draft', search.draft),
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
  staticData: {
    place: {
      name: 'register.name',
      may: [...READERS, ...KEEPERS],
      group: 'record',
      isWay: true,
      asks: 'incident',
    },
  },
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
  staticData: { place: { name: 'people.name', may: KEEPERS, group: 'settings' } },
  component: lazyRouteComponent(() => import('../people/people.tsx'), 'People'),
});

const risk = createRoute({
  getParentRoute: () => root,
  path: '/incidents/$incident/risk',
  staticData: { place: { name: 'risk.tab', may: READERS, group: 'law' } },
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
  staticData: { place: { name: 'report.tab', may: READERS, group: 'law' } },
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
  staticData: { place: { name: 'page-edit.tab', may: READERS, group: 'notices' } },
  validateSearch: (search: Record<string, unknown>): { edition?: string; next?: boolean } => {
    const edition = text(search.edition);
    return { ...(edition === undefined ? {} : { edition }), ...(search.next === true ? { next: true } : {}) };
  },
  component: lazyRouteComponent(() => import('../answer/page.tsx'), 'PublicPage'),
});
const desk = createRoute({
  getParentRoute: () => root,
  path: '/desk',
  staticData: { place: { name: 'desk.name', may: SPEAKERS, isWay: true } },
  component: lazyRouteComponent(() => import('../answer/desk.tsx'), 'Desk'),
});

/** Groups of what customers reported, chosen to be asked about. */
const groups = (search: Record<string, unknown>): { groups?: string[] } => {
  const chosen = Array.isArray(search.groups) ? search.groups.filter((one) => typeof one === 'string') : [];
  return chosen.length === 0 ? {} : { groups: chosen };
};
const traces = createRoute({
  getParentRoute: () => root,
  path: '/incidents/$incident/traces',
  staticData: { place: { name: 'trace.tab', may: READERS, group: 'trace' } },
  validateSearch: groups,
  component: lazyRouteComponent(() => import('../trace/traces.tsx'), 'Traces'),
});
const trace = createRoute({
  getParentRoute: () => root,
  path: '/incidents/$incident/traces/$trace',
  validateSearch: groups,
  component: lazyRouteComponent(() => import('../trace/trace.tsx'), 'TracePage'),
});
const traceRun = createRoute({
  getParentRoute: () => root,
  path: '/incidents/$incident/traces/$trace/runs/$job',
  /** Whose reasons are shown, by the pseudonym. */
  validateSearch: (search: Record<string, unknown>): { candidate?: string } =>
    option('candidate', search.candidate),
  component: lazyRouteComponent(() => import('../trace/run.tsx'), 'TraceRun'),
});
const times = createRoute({
  getParentRoute: () => root,
  path: '/incidents/$incident/times',
  staticData: { place: { name: 'times.tab', may: READERS, group: 'record' } },
  component: lazyRouteComponent(() => import('../incident/times.tsx'), 'Times'),
});
const tasks = createRoute({
  getParentRoute: () => root,
  path: '/incidents/$incident/tasks',
  staticData: { place: { name: 'task.tab', may: READERS, group: 'record' } },
  component: lazyRouteComponent(() => import('../incident/tasks.tsx'), 'Tasks'),
});
const files = createRoute({
  getParentRoute: () => root,
  path: '/incidents/$incident/files',
  staticData: { place: { name: 'file.tab', may: READERS, group: 'record' } },
  component: lazyRouteComponent(() => import('../incident/files.tsx'), 'Files'),
});
const reports = createRoute({
  getParentRoute: () => root,
  path: '/reports',
  staticData: { place: { name: 'reports.name', may: READERS, isWay: true } },
  validateSearch: groups,
  component: lazyRouteComponent(() => import('../answer/reports.tsx'), 'Reports'),
});
const mailKeys = createRoute({
  getParentRoute: () => root,
  path: '/mail-keys',
  staticData: { place: { name: 'mail-keys.name', may: ['administrator'], group: 'settings' } },
  component: lazyRouteComponent(() => import('../notify/mail-keys.tsx'), 'MailKeys'),
});

/** What follows an incident: lists by their state. */
const matters = (search: Record<string, unknown>): { state?: string; past?: number } => {
  const past = whole(search.past);
  return { ...option('state', search.state), ...(past === undefined ? {} : { past }) };
};
const recipients = createRoute({
  getParentRoute: () => root,
  path: '/incidents/$incident/recipients',
  staticData: { place: { name: 'recipient.tab', may: READERS, group: 'afterwards' } },
  validateSearch: matters,
  component: lazyRouteComponent(() => import('../incident/recipients.tsx'), 'Recipients'),
});
const inbox = createRoute({
  getParentRoute: () => root,
  path: '/incidents/$incident/inbox',
  staticData: { place: { name: 'inbox.tab', may: READERS, group: 'afterwards' } },
  validateSearch: matters,
  component: lazyRouteComponent(() => import('../incident/inbox.tsx'), 'Inbox'),
});
const inquiries = createRoute({
  getParentRoute: () => root,
  path: '/incidents/$incident/inquiries',
  staticData: { place: { name: 'inquiry.tab', may: READERS, group: 'afterwards' } },
  validateSearch: matters,
  component: lazyRouteComponent(() => import('../incident/inquiries.tsx'), 'Inquiries'),
});
const concerned = createRoute({
  getParentRoute: () => root,
  path: '/incidents/$incident/concerned',
  staticData: { place: { name: 'concerned.tab', may: READERS, group: 'afterwards' } },
  validateSearch: matters,
  component: lazyRouteComponent(() => import('../incident/concerned.tsx'), 'ConcernedPeople'),
});
const delays = createRoute({
  getParentRoute: () => root,
  path: '/incidents/$incident/delays',
  staticData: { place: { name: 'delay.tab', may: READERS, group: 'afterwards' } },
  validateSearch: matters,
  component: lazyRouteComponent(() => import('../incident/delays.tsx'), 'Delays'),
});
const sellers = createRoute({
  getParentRoute: () => root,
  path: '/incidents/$incident/sellers',
  staticData: { place: { name: 'seller.tab', may: READERS, group: 'afterwards' } },
  validateSearch: matters,
  component: lazyRouteComponent(() => import('../incident/sellers.tsx'), 'Sellers'),
});

const lookUps = createRoute({
  getParentRoute: () => root,
  path: '/incidents/$incident/look-ups',
  staticData: { place: { name: 'look-ups.tab', may: READERS, group: 'record' } },
  validateSearch: (search: Record<string, unknown>): { person?: string; past?: number } => {
    const past = whole(search.past);
    return { ...option('person', search.person), ...(past === undefined ? {} : { past }) };
  },
  component: lazyRouteComponent(() => import('../answer/look-ups.tsx'), 'LookUps'),
});
const manage = createRoute({
  getParentRoute: () => root,
  path: '/incidents/$incident/manage',
  staticData: { place: { name: 'manage.tab', may: READERS, group: 'record' } },
  component: lazyRouteComponent(() => import('../incident/manage.tsx'), 'Manage'),
});
const account = createRoute({
  getParentRoute: () => root,
  path: '/my-sign-in',
  staticData: { place: { name: 'account.name', group: 'settings' } },
  component: lazyRouteComponent(() => import('../people/account.tsx'), 'Account'),
});
const webhooks = createRoute({
  getParentRoute: () => root,
  path: '/webhooks',
  staticData: { place: { name: 'webhook.name', may: ['administrator'], group: 'settings' } },
  validateSearch: (search: Record<string, unknown>): { webhook?: string } =>
    option('webhook', search.webhook),
  component: lazyRouteComponent(() => import('../webhooks/webhooks.tsx'), 'Webhooks'),
});
const handOvers = createRoute({
  getParentRoute: () => root,
  path: '/hand-overs',
  staticData: {
    place: { name: 'hand-overs.name', may: ['administrator', 'auditor', ...APPROVERS], group: 'settings' },
  },
  component: lazyRouteComponent(() => import('../incident/hand-overs.tsx'), 'HandOvers'),
});
const keys = createRoute({
  getParentRoute: () => root,
  path: '/keys',
  staticData: { place: { name: 'sign-keys.name', may: [...KEEPERS, ...OFFICERS], group: 'settings' } },
  component: lazyRouteComponent(() => import('../register/keys.tsx'), 'Keys'),
});
const decoys = createRoute({
  getParentRoute: () => root,
  path: '/decoys',
  staticData: { place: { name: 'decoys.name', may: READERS, group: 'settings' } },
  component: lazyRouteComponent(() => import('../trace/decoys.tsx'), 'Decoys'),
});
const aliases = createRoute({
  getParentRoute: () => root,
  path: '/aliases',
  staticData: { place: { name: 'aliases.name', may: READERS, group: 'settings' } },
  component: lazyRouteComponent(() => import('../trace/aliases.tsx'), 'Aliases'),
});
const reviews = createRoute({
  getParentRoute: () => root,
  path: '/incidents/$incident/access-reviews',
  staticData: { place: { name: 'reviews.tab', may: READERS, group: 'trace' } },
  component: lazyRouteComponent(() => import('../trace/reviews.tsx'), 'AccessReviews'),
});

export const router = createRouter({
  // In the order in which places are shown.
  routeTree: root.addChildren([
    home,
    sample,
    incidents,
    open,
    importing,
    incident,
    papers,
    leaks,
    charts,
    views,
    compare,
    traces,
    trace,
    traceRun,
    reviews,
    risk,
    duties,
    report,
    campaigns,
    editor,
    campaign,
    approval,
    page,
    recipients,
    inbox,
    inquiries,
    concerned,
    delays,
    sellers,
    decide,
    times,
    tasks,
    files,
    lookUps,
    manage,
    reports,
    register,
    desk,
    people,
    account,
    mailKeys,
    webhooks,
    keys,
    handOvers,
    decoys,
    aliases,
    connect,
  ]),
  defaultPreload: 'intent',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
