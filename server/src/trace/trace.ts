import {
  type RoutingKey,
  type ScopeAnswer,
  type TRACE_REFUSALS,
  type TraceAnswer,
  TraceAnswer as TraceAnswerSchema,
} from '@forthright/contract';
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
import { explain, type Standpoint } from './explain.ts';
import { type LoadedTrace, loadTrace } from './load.ts';
import { type Candidate, type LookUps, prepareLookUps } from './look-ups.ts';
import { type Ranking, Scene } from './rank.ts';
import { randomOf } from './simulate/world.ts';
import { attachKey, countStrata, cutsOf, nameOfKey, type Strata } from './strata.ts';
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
): Promise<TraceAnswer> {
  const workspace = await loadWorkspace(asked.workspace);
  const loaded = await loadTrace(asked.file, workspace.workspace);
  return traceLoaded(workspace, loaded, watch, async (answer) => answer);
}

/** What else is known at the end of a trace, which no answer says. */
export type Behind = Readonly<{
  /** Those whom the answer names: the id behind each pseudonym, and the people of a team. */
  candidates: readonly (Candidate & Readonly<{ members: readonly string[] }>)[];
  /** The logs as they were read. */
  files: readonly SourceFile[];
}>;

/** The same of what is loaded already; `use` gets the answer, and what stands behind its pseudonyms. */
export async function traceLoaded<T>(
  workspace: LoadedWorkspace,
  loaded: LoadedTrace,
  watch: Watch,
  use: (answer: TraceAnswer, behind: Behind) => Promise<T>,
): Promise<T> {
  return withLoadedRun({ workspace, incident: loaded.look }, watch, async (answered) => {
    const registry = new FileRegistry();
    watch.step('counting who looked up whom');
    const lookUps = await prepareLookUps(answered, loaded);
    const told = await prepareTellers(answered, loaded, registry);
    for (const key of [...loaded.file.routing, ...loaded.file.tryKeys])
      await attachKey(answered.run.input.engine, key, { directory: loaded.directory, registry });
    watch.step('ranking');
    const body = await answerOf(answered, { loaded, lookUps, told });
    const hashes = await hashFiles(registry.files, { signal: watch.signal });
    await assertUnchanged(registry.files);
    const own = registry.files.map(({ f, path, bytes }) => ({ path, bytes, sha256: hashes.get(f) ?? null }));
    const logs = answered.answer.evidence.files.map(({ path, bytes, sha256 }) => ({ path, bytes, sha256 }));
    const answer = TraceAnswerSchema.parse({ ...body, evidence: [...loaded.evidence, ...logs, ...own] });
    const labels = new Set(answer.named.map((x) => x.candidate));
    const named = lookUps.candidates.filter((x) => labels.has(x.label));
    const candidates = [];
    for (const one of named) candidates.push({ ...one, members: await membersOf(answered, one) });
    return use(answer, { candidates, files: answered.run.files });
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
}>;

async function answerOf(
  { run, answer }: Answered,
  { loaded, lookUps, told }: Prepared,
): Promise<Omit<TraceAnswer, 'evidence'>> {
  const { engine } = run.input;
  const { file } = loaded;
  const cuts = await cutsOf(engine, Date.parse(file.to));
  const count = (keys: readonly RoutingKey[]) =>
    countStrata(engine, { keys, cuts, candidates: lookUps.candidates.length, random: randomOf(1) });
  const strata = await count(file.routing);
  const reports = strata.sets.get(IN_QUESTION) ?? [];
  const verdict = judge(strata, loaded);
  const refusal = refusalOf(verdict);
  const ranked = refusal === null ? await rankReports(strata, file.alpha) : null;
  const named =
    ranked === null || ranked.ranking.outcome === 'too-few' || ranked.ranking.outcome === 'nobody'
      ? []
      : await explain(engine, await standpointOf(strata, ranked, lookUps, cuts, run.files));
  // The strata of other keys take the place of these, so that this comes last.
  const missing = refusal === 'loud-controls' ? await missingKeys(loaded, count) : [];
  const kinds = lookUps.candidates.map((x) => x.kind);
  const teams = kinds.filter((x) => x === 'team').length;
  const paths = kinds.filter((x) => x === 'path').length;
  return {
    schema: 'forthright/trace/1',
    title: file.title,
    gate: file.gate,
    outcome: ranked === null ? 'refused' : outcomeOf(ranked.ranking),
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
      each: verdict.each.map(({ name, reports: n, isQuiet, chance, named: stood }) => ({
        name,
        reports: n,
        quiet: isQuiet,
        chance,
        named: stood,
      })),
      missing,
    },
    cautions: [
      ...cautionsOf(lookUps, told),
      ...gapsOf(answer.gaps),
      ...answer.cautions.filter(isOfLogs).map((x) => x.text),
    ],
  };
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

async function rankReports(strata: Strata, alpha: number): Promise<Ranked> {
  const reports = strata.sets.get(IN_QUESTION) ?? [];
  const alone = new Scene(strata.access, { alpha, overlapOf: () => new Map() });
  for (const report of reports) alone.add(report);
  const overlapOf = await strata.overlapsOf(alone.standingOut());
  const scene = new Scene(strata.access, { alpha, overlapOf });
  for (const report of reports) scene.add(report);
  return { scene, ranking: scene.rank() };
}

/** Which further key makes the controls quiet: the quiet first, then by how ordinary the controls look with it. */
async function missingKeys(
  loaded: LoadedTrace,
  count: (keys: readonly RoutingKey[]) => Promise<Strata>,
): Promise<TraceAnswer['controls']['missing']> {
  const tried: { key: string; quiet: boolean; chance: number }[] = [];
  for (const key of loaded.file.tryKeys) {
    const { outcome, each } = judge(await count([...loaded.file.routing, key]), loaded);
    const chance = Math.min(...each.map((x) => x.chance));
    tried.push({ key: nameOfKey(key), quiet: outcome !== 'loud', chance });
  }
  return tried.sort((a, b) => Number(b.quiet) - Number(a.quiet) || b.chance - a.chance);
}

async function standpointOf(
  strata: Strata,
  { scene, ranking }: Ranked,
  lookUps: LookUps,
  cuts: readonly number[],
  files: readonly Readonly<{ f: number; path: string }>[],
): Promise<Standpoint> {
  return {
    scene,
    ranking,
    reports: strata.sets.get(IN_QUESTION) ?? [],
    candidates: lookUps.candidates,
    cuts,
    pathOf: new Map(files.map((x) => [x.f, x.path])),
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

/** Cautions of scope that are about logs, not about whom a leak exposed. */
const OF_LOGS = ['rejected-lines', 'duplicate-ids', 'broken-rows', 'unread-dates', 'unhashed-source'];
const isOfLogs = ({ code }: { code: string }): boolean => OF_LOGS.includes(code);

function cautionsOf({ withoutViewer, candidates }: LookUps, { untimed }: Told): string[] {
  const n = (count: number) => count.toLocaleString('en-GB');
  const accounts = candidates.filter((x) => x.kind === 'account').length;
  return [
    'Names are of accounts. Who sat at one, whose password was used, and what was read without a log, photographed or copied, no log shows.',
    'Each report is held against what had been looked up at the last cut before it, so that some look-ups shortly before a report do not count.',
    ...(withoutViewer > 0
      ? [`${n(withoutViewer)} look-ups name nobody who looked: they point to nobody and explain nothing.`]
      : []),
    ...(accounts > 0
      ? [
          `${n(accounts)} accounts that looked people up are not in the directory of employees: shared accounts, tools or tokens, each a candidate of its own.`,
        ]
      : []),
    ...(untimed > 0
      ? [`${n(untimed)} reports have no time that can be read; they count as told at the end of the window.`]
      : []),
  ];
}
