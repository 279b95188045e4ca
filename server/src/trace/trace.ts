import {
  type RoutingKey,
  type ScopeAnswer,
  type TRACE_REFUSALS,
  type TraceAnswer,
  TraceAnswer as TraceAnswerSchema,
} from '@forthright/contract';
import type { Analytics } from '../platform/analytics/index.ts';
import { type Answered, type Watch, withLoadedRun } from '../scope/index.ts';
import {
  assertUnchanged,
  FileRegistry,
  hashFiles,
  type LoadedWorkspace,
  loadWorkspace,
  type SourceFile,
} from '../sources/index.ts';
import { judgeControls, type Verdict } from './controls.rules.ts';
import { countDecoys, type WeighedDecoys } from './decoys/count.ts';
import { decoysOfFile, type Filed } from './decoys/from-file.ts';
import type { DecoysAsked } from './decoys/types.ts';
import { explain, type Standpoint } from './explain.ts';
import { clockCautions, doubtNames } from './hits.ts';
import { type LoadedTrace, loadTrace } from './load.ts';
import { type Candidate, type LookUps, prepareLookUps } from './look-ups.ts';
import { type Held, holdAgainst, otherKeys } from './other-keys.ts';
import { type Beside, type Ranking, type Report, Scene } from './rank.ts';
import { randomOf } from './simulate/world.ts';
import { attachKey, countStrata, cutsOf, lateLooks, nameOfKey, type Strata } from './strata.ts';
import { addTellers, setAside, TELLERS, type TellContext, type Told } from './tellers.ts';

/** Set 0 is the reports in question, the others are controls. */
const IN_QUESTION = 0;

/**
 * Whom the reports of a trace file point to, and how sure that is. Refuses a file whose gate is not settled
 * (`trace-invalid`); names nobody unless the controls show that the strata hold.
 */
export async function trace(
  asked: Readonly<{ file: string; workspace: string }>,
  watch: Watch,
  now: Date,
): Promise<TraceAnswer> {
  const workspace = await loadWorkspace(asked.workspace);
  const loaded = await loadTrace(asked.file, workspace.workspace);
  return traceLoaded({ workspace, loaded, now }, watch, async (answer) => answer);
}

/** What else is known at the end of a trace, which no answer says. */
export type Behind = Readonly<{
  /** Those whom the answer names: the id behind each pseudonym, and the people of a team. */
  candidates: readonly (Candidate & Readonly<{ members: readonly string[] }>)[];
  /** What the answer calls each account. */
  labelOf: ReadonlyMap<string, string>;
  /** The logs as they were read. */
  files: readonly SourceFile[];
}>;

/** The same of what is loaded already; `use` gets the answer, and what stands behind its pseudonyms. */
export async function traceLoaded<T>(
  { workspace, loaded, now }: Readonly<{ workspace: LoadedWorkspace; loaded: LoadedTrace; now: Date }>,
  watch: Watch,
  use: (answer: TraceAnswer, behind: Behind) => Promise<T>,
  asked?: DecoysAsked,
): Promise<T> {
  return withLoadedRun({ workspace, incident: loaded.look }, watch, async (answered) => {
    const registry = new FileRegistry();
    watch.step('counting who looked up whom');
    const inLogs = await prepareLookUps(answered, loaded);
    const told = await prepareTellers(answered, loaded, registry);
    for (const key of [...loaded.file.routing, ...loaded.file.tryKeys])
      await attachKey(answered.run.input.engine, key, { directory: loaded.directory, registry });
    const { engine } = answered.run.input;
    const pathOf = new Map(answered.run.files.map((x) => [x.f, x.path]));
    const filed = await filedDecoys(answered, loaded, registry);
    const decoys = asked ?? filed?.asked;
    const { lookUps, weighed } =
      decoys === undefined
        ? { lookUps: inLogs, weighed: undefined }
        : await countDecoys(engine, decoys, inLogs, { address: answered.run.address, pathOf });
    watch.step('ranking');
    const body = await answerOf(answered, { loaded, lookUps, told, decoys: weighed, filed, now });
    const hashes = await hashFiles(registry.files, { signal: watch.signal });
    await assertUnchanged(registry.files);
    const own = registry.files.map(({ f, path, bytes }) => ({ path, bytes, sha256: hashes.get(f) ?? null }));
    const logs = answered.answer.evidence.files.map(({ path, bytes, sha256 }) => ({ path, bytes, sha256 }));
    const answer = TraceAnswerSchema.parse({ ...body, evidence: [...loaded.evidence, ...logs, ...own] });
    const labels = new Set(answer.named.map((x) => x.candidate));
    const named = lookUps.candidates.filter((x) => labels.has(x.label));
    const candidates = [];
    for (const one of named) candidates.push({ ...one, members: await membersOf(answered, one) });
    const people = lookUps.candidates.filter(({ kind }) => kind !== 'team' && kind !== 'path');
    const labelOf = new Map(people.map(({ id, label }) => [id, label]));
    return use(answer, { candidates, labelOf, files: answered.run.files });
  });
}

/** Of a team those who looked anybody up. */
async function membersOf({ run }: Answered, { kind, id }: Candidate): Promise<string[]> {
  if (kind !== 'team') return [];
  const rows = await run.input.engine.rows<{ id: string }>(
    "SELECT DISTINCT id FROM trace_teams WHERE team = {team:String} AND id IN (SELECT account FROM matches WHERE ok AND account != '') ORDER BY id",
    { team: id },
  );
  return rows.map((row) => row.id);
}

async function filedDecoys(
  { run }: Answered,
  { file, directory }: LoadedTrace,
  registry: FileRegistry,
): Promise<Filed | undefined> {
  if (file.decoys === undefined) return undefined;
  const { engine, workspace } = run.input;
  const end = Date.parse(file.to);
  const context = { engine, workspace: workspace.workspace, directory, registry, address: run.address, end };
  return decoysOfFile(file.decoys, context);
}

async function prepareTellers(
  { run }: Answered,
  { file, directory }: LoadedTrace,
  registry: FileRegistry,
): Promise<Told & Readonly<{ setAside: number }>> {
  const { engine, workspace } = run.input;
  await engine.run(TELLERS);
  const context: TellContext = {
    engine,
    workspace: workspace.workspace,
    directory,
    registry,
    address: run.address,
    end: Date.parse(file.to),
  };
  const told = await addTellers(IN_QUESTION, 'reports', file.reports, context);
  for (const [i, control] of file.controls.entries())
    await addTellers(i + 1, `controls.${control.name}`, control, context);
  for (const [i, aside] of file.setAside.entries())
    await addTellers(file.controls.length + 1 + i, `setAside.${aside.name}`, aside, context);
  return { ...told, setAside: await setAside(engine, IN_QUESTION, file.controls.length) };
}

type Prepared = Readonly<{
  loaded: LoadedTrace;
  lookUps: LookUps;
  told: Told & Readonly<{ setAside: number }>;
  decoys: WeighedDecoys | undefined;
  filed: Filed | undefined;
  now: Date;
}>;

async function answerOf(
  { run, answer }: Answered,
  { loaded, lookUps, told, decoys, filed, now }: Prepared,
): Promise<Omit<TraceAnswer, 'evidence'>> {
  const { engine } = run.input;
  const { file } = loaded;
  const cuts = await cutsOf(engine, Date.parse(file.to));
  const count = (keys: readonly RoutingKey[]) =>
    countStrata(engine, { keys, cuts, candidates: lookUps.candidates.length, random: randomOf(1) });
  const strata = await count(file.routing);
  const reports = strata.sets.get(IN_QUESTION) ?? [];
  const verdict = judge(strata, loaded);
  const unproved = refusalOf(verdict);
  const { ranked, refusal: unranked } = await rankAll(strata, { alpha: file.alpha, unproved, decoys });
  // The strata of other keys take the place of these, so that what follows asks nothing of them.
  const held = await holdRanked(ranked, { run, loaded, count, decoys });
  const clocks = await clockCautions(engine, file, { workspace: run.input.workspace.workspace, now });
  const shown = await shownOf(engine, ranked, held.ranking, {
    reports,
    isAhead: clocks.isAhead,
    pathOf: new Map(run.files.map((x) => [x.f, x.path])),
  });
  const refusal = unranked ?? shown.refusal;
  const named =
    ranked === null || shown.ranking === null
      ? []
      : await explain(engine, {
          ...standpointOf(strata, ranked.scene, { lookUps, cuts, files: run.files, decoys }),
          ranking: shown.ranking,
          keys: { routing: file.routing.map(nameOfKey), tried: held.tried.map(({ key }) => key) },
        });
  const missing =
    refusal === 'loud-controls'
      ? await missingKeys(loaded, otherKeys(loaded, run.input.workspace.workspace), count)
      : [];
  const kinds = lookUps.candidates.map((x) => x.kind);
  const teams = kinds.filter((x) => x === 'team').length;
  const paths = kinds.filter((x) => x === 'path').length;
  return {
    schema: 'forthright/trace/1',
    title: file.title,
    gate: file.gate,
    outcome: shown.ranking === null ? 'refused' : outcomeOf(shown.ranking),
    refusal,
    alpha: file.alpha,
    threshold: Math.log(Math.max(1, lookUps.candidates.length) / file.alpha),
    named,
    candidates: { people: kinds.length - teams - paths, teams, paths },
    reports: {
      ...told,
      used: reports.length,
      unidentified: told.unidentified + told.used - told.setAside - reports.length,
      seenByNobody: reports.filter((x) => x.seenBy.length === 0).length,
    },
    lookUps: {
      pairs: lookUps.pairs,
      people: lookUps.people,
      withoutViewer: lookUps.withoutViewer,
      own: lookUps.own,
    },
    routing: file.routing.map(nameOfKey),
    controls: {
      needed: verdict.needed,
      each: verdict.each.map(({ name, reports: n, seen, isQuiet, chance, named: stood }) => ({
        name,
        reports: n,
        seen,
        quiet: isQuiet,
        chance,
        named: stood,
      })),
      missing,
    },
    ...(held.tried.length === 0 ? {} : { otherKeys: held.tried }),
    ...(decoys === undefined ? {} : { decoys: decoys.summary }),
    cautions: [
      ...(decoys === undefined ? [] : ofDecoys(decoys.summary, unproved !== null && refusal === null)),
      ...(filed === undefined ? [] : ofDecoyMails(filed.left)),
      ...(await ofEverybody(engine, reports.length)),
      ...shown.cautions,
      ...clocks.cautions,
      ...ofLateLooks(await lateLooks(engine, IN_QUESTION, cuts)),
      ...cautionsOf(lookUps, told, file.reports.cameToLight),
      ...gapsOf(answer.gaps),
      ...answer.cautions.filter(isOfLogs).map((x) => x.text),
    ],
  };
}

/** What is left of a ranking once clocks and origins were asked, too. Decoys stand without either. */
async function shownOf(
  engine: Analytics,
  ranked: Ranked | null,
  held: Ranking | null,
  { reports, isAhead, pathOf }: Readonly<{ isAhead: boolean }> & Pick<Standpoint, 'reports' | 'pathOf'>,
): Promise<
  Readonly<{ ranking: Ranking | null; refusal: TraceAnswer['refusal']; cautions: readonly string[] }>
> {
  if (ranked === null) return { ranking: null, refusal: null, cautions: [] };
  if (held === null) return { ranking: null, refusal: 'depends-on-key', cautions: [] };
  const { ranking, doubt, cautions } = await doubtNames(engine, held, {
    scene: ranked.scene,
    reports,
    isAhead,
    pathOf,
  });
  return { ranking, refusal: ranking === null ? doubt : null, cautions };
}

const outcomeOf = ({ outcome }: Ranking): TraceAnswer['outcome'] =>
  outcome === 'accepted' ? 'named' : outcome;

function judge(strata: Strata, { file }: LoadedTrace): Verdict {
  const controls = file.controls.map(({ name }, i) => ({ name, reports: strata.sets.get(i + 1) ?? [] }));
  const inQuestion = (strata.sets.get(IN_QUESTION) ?? []).filter((x) => x.seenBy.length > 0).length;
  return judgeControls(strata.access, controls, { alpha: file.alpha, draw: strata.draw, inQuestion });
}

function refusalOf({ outcome, each }: Verdict): (typeof TRACE_REFUSALS)[number] | null {
  if (each.length === 0) return 'no-controls';
  if (outcome === 'loud') return 'loud-controls';
  return outcome === 'too-few' ? 'too-few-controls' : null;
}

type Ranked = Readonly<{ scene: Scene; ranking: Ranking }>;

/**
 * Ranks what counts: reports once their controls are quiet, decoys once those of no place got no mail. Loud controls say that
 * something is wrong with what is known of the work, and nobody is named whatever else there is; where controls are too few or none, decoys
 * alone may name somebody, since they need none of the strata.
 */
async function rankAll(
  strata: Strata,
  {
    alpha,
    unproved,
    decoys,
  }: Readonly<{ alpha: number; unproved: TraceAnswer['refusal']; decoys: WeighedDecoys | undefined }>,
): Promise<Readonly<{ ranked: Ranked | null; refusal: TraceAnswer['refusal'] }>> {
  const beside = decoys?.beside ?? new Map();
  const reports = strata.sets.get(IN_QUESTION) ?? [];
  if (unproved === null)
    return { ranked: await rankReports(strata, reports, { alpha, beside }), refusal: null };
  if (unproved === 'loud-controls' || decoys === undefined) return { ranked: null, refusal: unproved };
  const ranked = await rankReports(strata, [], { alpha, beside });
  const isNamed = ranked.ranking.outcome === 'accepted' || ranked.ranking.outcome === 'not-apart';
  return isNamed ? { ranked, refusal: null } : { ranked: null, refusal: unproved };
}

/** Decoys need none of the strata: where they count alone, no key is tried. */
async function holdRanked(
  ranked: Ranked | null,
  {
    run,
    loaded,
    count,
    decoys,
  }: Readonly<{
    run: Answered['run'];
    loaded: LoadedTrace;
    count: (keys: readonly RoutingKey[]) => Promise<Strata>;
    decoys: WeighedDecoys | undefined;
  }>,
): Promise<Readonly<{ ranking: Ranking | null; tried: Held['tried'] }>> {
  if (ranked === null || ranked.scene.reports === 0) return { ranking: ranked?.ranking ?? null, tried: [] };
  const { file } = loaded;
  return holdAgainst(ranked.ranking, otherKeys(loaded, run.input.workspace.workspace), {
    alpha: file.alpha,
    beside: decoys?.beside ?? new Map(),
    count: (key) => count([...file.routing, key]),
    set: IN_QUESTION,
  });
}

async function rankReports(
  strata: Strata,
  reports: readonly Report[],
  { alpha, beside }: Readonly<{ alpha: number; beside: ReadonlyMap<number, Beside> }>,
): Promise<Ranked> {
  const alone = new Scene(strata.access, { alpha, beside, overlapOf: () => new Map() });
  for (const report of reports) alone.add(report);
  const overlapOf = await strata.overlapsOf(alone.standingOut());
  const scene = new Scene(strata.access, { alpha, beside, overlapOf });
  for (const report of reports) scene.add(report);
  return { scene, ranking: scene.rank() };
}

/** Which further key makes the controls quiet: the quiet first, then by how ordinary the controls look with it. */
async function missingKeys(
  loaded: LoadedTrace,
  keys: readonly RoutingKey[],
  count: (keys: readonly RoutingKey[]) => Promise<Strata>,
): Promise<TraceAnswer['controls']['missing']> {
  const tried: { key: string; quiet: boolean; chance: number }[] = [];
  for (const key of keys) {
    const { outcome, each } = judge(await count([...loaded.file.routing, key]), loaded);
    const chance = Math.min(...each.map((x) => x.chance));
    tried.push({ key: nameOfKey(key), quiet: outcome !== 'loud', chance });
  }
  return tried.sort((a, b) => Number(b.quiet) - Number(a.quiet) || b.chance - a.chance);
}

function standpointOf(
  strata: Strata,
  scene: Scene,
  {
    lookUps,
    cuts,
    files,
    decoys,
  }: Readonly<{
    lookUps: LookUps;
    cuts: readonly number[];
    files: readonly Readonly<{ f: number; path: string }>[];
    decoys: WeighedDecoys | undefined;
  }>,
): Omit<Standpoint, 'ranking' | 'keys'> {
  return {
    scene,
    reports: strata.sets.get(IN_QUESTION) ?? [],
    candidates: lookUps.candidates,
    cuts,
    pathOf: new Map(files.map((x) => [x.f, x.path])),
    decoysOf: decoys?.of ?? (() => undefined),
  };
}

/** A look-up that no log shows makes its maker look more innocent, and others none the guiltier. */
function gapsOf(gaps: ScopeAnswer['gaps']): string[] {
  if (gaps.length === 0) return [];
  const logs = [...new Set(gaps.map((x) => x.log))].join(', ');
  const first = gaps.map((x) => x.from).sort()[0] ?? '';
  const last =
    gaps
      .map((x) => x.to)
      .sort()
      .at(-1) ?? '';
  return [
    `The logs have gaps (${gaps.length} in ${logs}, between ${first} and ${last}): look-ups in them count for nobody, so that whoever leaked may not stand out.`,
  ];
}

function ofDecoys(
  { nowhereHit, count, planted, inDirectory, mails }: WeighedDecoys['summary'],
  isAlone: boolean,
): string[] {
  const n = (x: number) => x.toLocaleString('en-GB');
  return [
    ...(mails === 0
      ? []
      : count
        ? [
            `Decoys count as they were to be loaded. Of ${n(planted)} the directory that was read has ${n(inDirectory)}; whoever loaded them knows them, and whoever can read the whole directory without a log could have passed on any.`,
          ]
        : [
            `Mail to decoys does not count: ${nowhereHit === 0 ? 'there are none that stand in no place' : `${n(nowhereHit)} that stand in no place got some, so that addresses leave by another way as well`}.`,
          ]),
    ...(isAlone
      ? ['The reports did not count, since their controls do not suffice: the decoys alone did.']
      : []),
  ];
}

function ofDecoyMails({ fromUs, toNone, early, untimed }: Filed['left']): string[] {
  const n = (x: number) => x.toLocaleString('en-GB');
  const left = [
    fromUs > 0 ? `${n(fromUs)} say that they come from us` : '',
    toNone > 0 ? `${n(toNone)} are to none of the decoys` : '',
    early > 0 ? `${n(early)} came before these stood anywhere` : '',
  ].filter((x) => x !== '');
  return [
    ...(left.length > 0 ? [`Some mails to decoys show nothing and were left out: ${left.join(', ')}.`] : []),
    ...(untimed > 0
      ? [
          `${n(untimed)} mails to decoys have no time that can be read; they count as come at the end of the window.`,
        ]
      : []),
  ];
}

/** A list of nearly all customers, such as a whole database for sale, is no choice that anybody made. */
async function ofEverybody(engine: Analytics, reports: number): Promise<string[]> {
  const [all] = await engine.rows<{ n: number }>('SELECT count() AS n FROM directory');
  const customers = all?.n ?? 0;
  const n = (x: number) => x.toLocaleString('en-GB');
  return 2 * reports <= customers
    ? []
    : [
        `${n(reports)} of all ${n(customers)} customers reported, or stand on the list: what nearly everybody has in common points to nobody, and more controls would not change that. Look for who can take a copy of everything.`,
      ];
}

const ofLateLooks = (late: number): string[] =>
  late === 0
    ? []
    : [
        `Each report is held against what had been looked up at the last cut before it: of ${late.toLocaleString('en-GB')} reports somebody looked the person up between the two, which counts for nobody.`,
      ];

/** Cautions of scope that are about logs, not about whom a leak exposed. */
const OF_LOGS = ['rejected-lines', 'duplicate-ids', 'broken-rows', 'unread-dates', 'unhashed-source'];
const isOfLogs = ({ code }: { code: string }): boolean => OF_LOGS.includes(code);

function cautionsOf(
  { withoutViewer, candidates }: LookUps,
  { untimed }: Told,
  cameToLight: string | undefined,
): string[] {
  const n = (count: number) => count.toLocaleString('en-GB');
  const accounts = candidates.filter((x) => x.kind === 'account').length;
  return [
    'Names are of accounts. Who sat at one, whose password was used, and what was read without a log, photographed or copied, no log shows.',
    ...(withoutViewer > 0
      ? [`${n(withoutViewer)} look-ups name nobody who looked: they point to nobody and explain nothing.`]
      : []),
    ...(accounts > 0
      ? [
          `${n(accounts)} accounts that looked people up are not in the directory of employees: shared accounts, tools or tokens, each a candidate of its own.`,
        ]
      : []),
    ...(untimed > 0
      ? [
          cameToLight === undefined
            ? `${n(untimed)} reports have no time that can be read: a look-up may have come after, and because of them, so that nobody is named on these. Where a list came to light, say when (\`cameToLight\`).`
            : `${n(untimed)} reports have no time of their own; they count as told when the list came to light (${cameToLight}). Whoever looked people up because of it before then would look like its source.`,
        ]
      : []),
  ];
}
