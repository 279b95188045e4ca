/** Duties of law in the record, through the HTTP door, on both engines. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type {
  Changed,
  ClocksListed,
  DeliveriesListed,
  DutiesAssessed,
  DutiesSettled,
  DutiesShown,
  DutyListed,
  DutyShown,
  IncidentsListed,
  ReportSaved,
  RiskAssessed,
} from '@forthright/contract';
import { onBothEngines } from '../../../test/peers/house.ts';
import { endRun, type Lives, WORKSPACE } from '../../../test/peers/runs.ts';
import { assessDutiesHandler } from '../flow/index.ts';
import { PASSWORD } from '../http/testing.ts';
import { announce } from '../webhooks/index.ts';

const work = mkdtempSync(join(tmpdir(), 'forthright-duties-'));
const workspace = join(work, 'forthright.yaml');
writeFileSync(workspace, WORKSPACE);
after(() => rmSync(work, { recursive: true, force: true }));

const OFFICER = 'privacy-officer';
const PII = ['name', 'ssn'];
const german = (exposed: number): Lives => ({ country: 'DE', fields: ['name', 'email'], exposed });
const texan = (exposed: number): Lives => ({ country: 'US', region: 'US-TX', fields: PII, exposed });
const california = (exposed: number): Lives => ({ country: 'US', region: 'US-CA', fields: PII, exposed });
const INTO_FACTS = { discovered: '2025-11-20T10:00:00Z', acquisition: 'acquired', protection: 'none' };
const INSIDER = { by: 'Olga', ordinary: true, factors: { kinds: ['confidentiality'], how: 'published' } };

onBothEngines(
  'duties',
  (house) => {
    const assessed = (incident: string) =>
      house().ask<DutiesAssessed>('investigator', 'POST', `${incident}/duties`, {});
    const shown = (incident: string, query = '') =>
      house().ask<DutiesShown>('auditor', 'GET', `${incident}/duties${query}`);
    const one = (incident: string, duty: string) =>
      house().ask<DutyShown>(
        'auditor',
        'GET',
        `${incident}/duties/explained?duty=${encodeURIComponent(duty)}`,
      );
    const listed = async (incident: string, duty: string): Promise<DutyListed | undefined> =>
      (await shown(incident)).duties?.find((row) => row.duty === duty);
    const decide = (incident: string, answer: string, due?: string) =>
      house().ask<Changed>(OFFICER, 'POST', `${incident}/decisions`, {
        version: 1,
        step: 'decision',
        answer,
        reason: 'Weighed.',
        ...(due === undefined ? {} : { due }),
      });
    const inHours = (hours: number) =>
      new Date(house().world.now().getTime() + hours * 3_600_000).toISOString();
    const blockers = async (incident: string) =>
      (await house().show(incident)).blockers.map(({ blocker, of }) => `${blocker} ${of ?? ''}`.trim());

    test('nothing is told without a run; with one, each law says whether it asks for something, and why', async () => {
      const incident = await house().incident({ kind: 'technical-error' });
      const none = await house().refusal('investigator', 'POST', `${incident}/duties`, {});
      assert.match(none, /^run-missing/);
      assert.match(await house().refusal('auditor', 'GET', `${incident}/duties`), /^assessment-not-found/);
      const job = await endRun(house(), incident, [german(40), california(600)]);
      assert.ok((await blockers(incident)).includes('duties-not-assessed'));

      const first = await assessed(incident);
      assert.deepEqual([first.version, first.isNew, first.job, first.changes], [1, true, job, []]);
      assert.ok(!(await blockers(incident)).includes('duties-not-assessed'));
      const eu = await listed(incident, 'EU/authority');
      assert.deepEqual(
        [eu?.status, eu?.min, eu?.clock, eu?.until, eu?.untilAt],
        ['cannot-tell', 40, 'running', '09:00 on 23 November 2025 UTC', '2025-11-23T09:00:00Z'],
        'nobody has decided on the risk; the 72 hours run all the same',
      );
      const { row } = await one(incident, 'EU/authority');
      assert.ok(row.missing.some(({ fact }) => fact === 'risk'));
      assert.match(row.citation, /Art\. 33/);
      const ca = await one(incident, 'US-CA/people');
      assert.equal(ca.row.status, 'cannot-tell', 'whether it was acquired is not known');

      const again = await assessed(incident);
      assert.deepEqual([again.version, again.isNew], [1, false], 'what does not differ is no version');
      const { law, questions, fines, proposed } = await shown(incident);
      assert.equal(law?.complete, true);
      assert.ok(questions.length > 0);
      assert.equal(proposed, 'cannot-tell');
      assert.match(fines.find(({ citation }) => citation.includes('83(4)'))?.ceiling ?? '', /24,000,000/);
      const timeline = (await house().show(incident)).timeline.find(({ kind }) => kind === 'duties-assessed');
      assert.match(timeline?.texts.body ?? '', /^\(\d+ characters\)$/);
      assert.deepEqual([timeline?.facts.version, timeline?.facts.job], [1, job]);
    });

    test('another authority, another question, another reason: a version, though no status is another', async () => {
      const incident = await house().incident({ kind: 'technical-error' });
      await endRun(house(), incident, [german(40)]);
      await assessed(incident);
      const set = (given: object, version: number) =>
        house().ask<Changed>('investigator', 'PATCH', `${incident}/law-facts`, { version, ...given });
      await set({ mainEstablishment: 'NL' }, 0);
      const { isNew, changes } = await assessed(incident);
      assert.deepEqual(
        [isNew, changes.filter(({ duty }) => duty === 'EU/authority').map(({ change }) => change)],
        [true, ['addressee']],
      );
      assert.match((await one(incident, 'EU/authority')).row.addressee.name, /Autoriteit Persoonsgegevens/);
      await set({ covered: { AX: 'yes' } }, 1);
      const odd = await assessed(incident);
      assert.deepEqual([odd.isNew, odd.changes], [true, []]);
      assert.ok((await shown(incident)).problems.some(({ code }) => code === 'name-unknown'));
      assert.equal((await assessed(incident)).isNew, false);
    });

    test('what is stated is kept in versions, and answers what was asked', async () => {
      const incident = await house().incident({ kind: 'technical-error' });
      await endRun(house(), incident, [california(600)]);
      await assessed(incident);
      const set = (given: object, version: number) =>
        house().ask<Changed>('investigator', 'PATCH', `${incident}/law-facts`, { version, ...given });
      await set(INTO_FACTS, 0);
      assert.ok((await blockers(incident)).includes('duties-not-assessed'));
      const { changes } = await assessed(incident);
      const turned = changes.find(({ duty }) => duty === 'US-CA/people');
      assert.deepEqual([turned?.change, turned?.before, turned?.after], ['status', 'cannot-tell', 'due']);
      assert.ok(turned?.because.some(({ says }) => /acquisition/.test(says)));
      assert.equal(
        (await listed(incident, 'US-CA/attorney-general'))?.status,
        'due',
        '600 are more than 500',
      );
      const stale = await house().refusal('investigator', 'PATCH', `${incident}/law-facts`, {
        version: 0,
        acquisition: 'accessed',
      });
      assert.match(stale, /^incident-changed.*acquisition: yours: "accessed"; now: "acquired"/);
      await set({ acquisition: null }, 1);
      await assessed(incident);
      assert.equal(
        (await listed(incident, 'US-CA/people'))?.status,
        'cannot-tell',
        'taken back is unknown again',
      );
      const facts = await house().ask<{ version: number; facts: object }>(
        'auditor',
        'GET',
        `${incident}/law-facts`,
      );
      const { acquisition: _, ...left } = INTO_FACTS;
      assert.deepEqual([facts.version, facts.facts], [2, left]);
      const wrong = await house().refusal('investigator', 'PATCH', `${incident}/law-facts`, {
        version: 2,
        risk: 'none',
        discovered: '2025-11-20 10:00',
      });
      assert.match(wrong, /^request-invalid.*risk/);
      assert.match(wrong, /discovered: an instant/);
      await house().refuseInClear('"acquisition":"acquired"');
    });

    test('a person decides, the duties go by it, and an incident does not close over one that is open', async () => {
      const incident = await house().incident({ kind: 'technical-error' });
      await endRun(house(), incident, [german(40)]);
      await house().ask('investigator', 'POST', `${incident}/risk`, {
        statement: {
          ...INSIDER,
          factors: { ...INSIDER.factors, recipients: [{ who: 'public' }] },
          instead: { recipients: 'It was indexed.' },
        },
      });
      await assessed(incident);
      const { proposed } = await shown(incident);
      assert.equal(proposed, 'tell-authority');
      await decide(incident, 'tell-authority', inHours(48));
      const { changes } = await assessed(incident);
      assert.deepEqual(
        changes.filter(({ duty }) => duty.startsWith('EU/')).map(({ duty, after: now }) => [duty, now]),
        [
          ['EU/authority', 'due'],
          ['EU/people', 'not-due'],
        ],
      );
      const { timeline } = await house().show(incident);
      const told = timeline.findLast(({ kind }) => kind === 'duties-changed')?.facts;
      assert.deepEqual([told?.decided, told?.againstProposal], ['tell-authority', false]);
      assert.ok((await blockers(incident)).includes('open-legal-duty EU/authority'));
      const close = await house().refusal(OFFICER, 'POST', `${incident}/close`, {
        version: 1,
        summary: 'Done.',
      });
      assert.match(
        close,
        /incident-not-closable.*EU\/authority is neither fulfilled nor excused.*09:00 on 23 November/,
      );

      // Lighter than what is proposed, with a reason: it counts, and the record says that it was against the proposal.
      await decide(incident, 'register-only');
      await assessed(incident);
      assert.equal((await listed(incident, 'EU/authority'))?.status, 'not-due');
      const lighter = (await house().show(incident)).timeline.findLast(
        ({ kind }) => kind === 'duties-changed',
      );
      assert.deepEqual([lighter?.facts.decided, lighter?.facts.againstProposal], ['register-only', true]);
      const { decision } = await shown(incident);
      assert.match(
        decision?.known === true ? decision.source : '',
        /^decided by usr_.* \(against the proposal, risk\)/,
      );
      assert.doesNotMatch(JSON.stringify(decision), /Weighed/, 'the reason stays where it can be erased');
    });

    test('it is fulfilled by a filing with its number, late only with the reasons, or excused by name', async () => {
      const incident = await house().incident({ kind: 'technical-error' });
      await endRun(house(), incident, [german(40)]);
      await decide(incident, 'tell-authority', inHours(48));
      await assessed(incident);
      const statement = { by: 'Olga', fields: { 21: 'Olga' } };
      await house().ask('investigator', 'POST', `${incident}/reports`, { statement });
      house().world.pass(72);
      assert.equal((await listed(incident, 'EU/authority'))?.clock, 'missed');
      const overdue = (await house().show(incident)).overdue.map(({ step, of }) => `${step} ${of}`);
      assert.ok(overdue.includes('do-duty EU/authority'));
      const filing = {
        authority: 'CNPD',
        filedAt: inHours(-1),
        reference: 'LU-77',
        duties: ['EU/authority'],
      };
      const file = `${incident}/reports/edpb/1/filings`;
      const late = await house().refusal(OFFICER, 'POST', file, filing);
      assert.match(
        late,
        /^incident-refuses: It was late: the deadline of EU\/authority was 09:00 on 23 November/,
      );
      const unknown = { ...filing, duties: ['EU/autority'] };
      assert.match(await house().refusal(OFFICER, 'POST', file, unknown), /^duty-not-found/);
      await house().ask(OFFICER, 'POST', file, { ...filing, delayReasons: 'The logs came on Sunday.' });
      const { settled, steps } = await one(incident, 'EU/authority');
      assert.equal(settled, 'fulfilled');
      const { tasks, timeline } = await house().show(incident);
      assert.deepEqual(
        tasks.map(({ state, text }) => [state, text]),
        [['done', 'With the duty EU/authority.']],
        'what the decision obliged to and the duty of law are one thing',
      );
      assert.ok(timeline.some(({ kind, facts }) => kind === 'task-finished' && facts.task === tasks[0]?.id));
      assert.deepEqual(
        steps.map(({ act, reference, delayReasons, report }) => [act, reference, delayReasons, report]),
        [['fulfilled', 'LU-77', 'The logs came on Sunday.', { template: 'edpb', version: 1 }]],
      );
      await assessed(incident);
      assert.equal((await listed(incident, 'EU/authority'))?.clock, 'met-late');
      const twice = await house().refusal(OFFICER, 'POST', file, { ...filing, delayReasons: 'x' });
      assert.match(twice, /fulfilled already/);
      await house().ask<DutiesSettled>(OFFICER, 'POST', `${incident}/duties/reopen`, {
        duty: 'EU/authority',
        reason: 'It went to the wrong authority.',
      });
      const again = await house().show(incident);
      assert.deepEqual(
        again.tasks.map(({ state, kind, owner, due }) => [state, kind, owner, due]),
        ['done', 'open'].map((state) => [state, 'duty', tasks[0]?.owner, tasks[0]?.due]),
        'what was not done with the duty is not done of the decision: the task is given anew',
      );
      assert.ok((await blockers(incident)).includes('open-legal-duty EU/authority'));
      const excuse = { duties: ['EU/authority', 'EU/authority'], reason: 'Counsel: another entity filed.' };
      const role = await house().refusal('investigator', 'POST', `${incident}/duties/excuse`, excuse);
      assert.match(role, /^not-permitted/);
      await house().ask(OFFICER, 'POST', `${incident}/duties/excuse`, excuse);
      assert.ok(!(await blockers(incident)).includes('open-legal-duty EU/authority'));
      for (const typed of ['Counsel: another', 'LU-77', 'wrong authority', 'came on Sunday'])
        await house().refuseInClear(typed);
    });

    test('what can’t be told does not count as not due: it is excused, until it is found to be due', async () => {
      const incident = await house().incident({ kind: 'technical-error' });
      await endRun(house(), incident, [california(600), { ...german(1), country: 'CH' }]);
      await decide(incident, 'register-only');
      await assessed(incident);
      assert.ok((await blockers(incident)).includes('open-legal-duty US-CA/people'));
      const duties = ['US-CA/people', 'US-CA/attorney-general'];
      await house().ask(OFFICER, 'POST', `${incident}/duties/excuse`, {
        duties,
        reason: 'Counsel looks at it.',
      });
      const open = async () =>
        (await blockers(incident)).filter((text) => text.startsWith('open-legal-duty US-CA/')).toSorted();
      const before = await open();
      await house().ask('investigator', 'PATCH', `${incident}/law-facts`, { version: 0, ...INTO_FACTS });
      await assessed(incident);
      assert.deepEqual(
        [before, await open()],
        [[], duties.map((duty) => `open-legal-duty ${duty}`).toSorted()],
        'now they are due, and what was excused was something else',
      );
      // Nobody excuses by a status what is due; what can't be told, or nobody has verified, in one call.
      const excuse = `${incident}/duties/excuse`;
      const by = (given: object) =>
        house().ask<DutiesSettled>(OFFICER, 'POST', excuse, { reason: 'Counsel.', ...given });
      const refusedBy = (given: object) =>
        house().refusal(OFFICER, 'POST', excuse, { reason: 'Counsel.', ...given });
      assert.match(await refusedBy({ status: 'due' }), /status/);
      assert.match(await refusedBy({ status: 'unverified', duties }), /^usage: Say either/);
      assert.match(await refusedBy({}), /^usage: Say either/);
      const untold = ((await shown(incident)).duties ?? []).filter(
        ({ status, settled, duty }) =>
          status === 'cannot-tell' && settled === null && !duty.endsWith('/record'),
      );
      assert.ok(untold.length > 0);
      assert.equal((await by({ status: 'cannot-tell' })).settled, untold.length);
      assert.match(await refusedBy({ status: 'cannot-tell' }), /^incident-refuses: The incident has no open/);
      assert.ok((await by({ status: 'unverified' })).settled > 0);
      assert.deepEqual(
        (await blockers(incident)).filter((text) => text.startsWith('open-legal-duty')).toSorted(),
        duties.map((duty) => `open-legal-duty ${duty}`).toSorted(),
      );

      // Washington leaves it to a written finding whether harm is likely; California does not.
      const finding = { exemption: 'US-CA/harm', reason: 'Returned unread.' };
      const none = await house().refusal(OFFICER, 'POST', `${incident}/determinations`, finding);
      assert.match(none, /^duty-not-found.*US-WA\/harm/);
    });

    test('a finding in writing exempts, and can be taken back', async () => {
      const incident = await house().incident({ kind: 'technical-error' });
      await endRun(house(), incident, [{ ...california(30), region: 'US-WA' }]);
      await house().ask('investigator', 'PATCH', `${incident}/law-facts`, { version: 0, ...INTO_FACTS });
      await assessed(incident);
      assert.equal((await listed(incident, 'US-WA/people'))?.status, 'due');
      const finding = { exemption: 'US-WA/harm', reason: 'Returned unread by the only recipient.' };
      await house().ask(OFFICER, 'POST', `${incident}/determinations`, finding);
      await assessed(incident);
      const { row } = await one(incident, 'US-WA/people');
      assert.equal(row.status, 'not-due');
      assert.match(JSON.stringify(row.trace), /determined by usr_\w+ on .*: see entry \d+ of the register/);
      await house().ask(OFFICER, 'POST', `${incident}/determinations`, { ...finding, holds: false });
      await assessed(incident);
      assert.equal((await listed(incident, 'US-WA/people'))?.status, 'due');
      await house().refuseInClear('Returned unread by');
    });

    test('a second run that crosses a threshold changes the duties by itself, and whoever wants is told', async () => {
      const { db, now } = house().world;
      const handler = assessDutiesHandler({ db, now, workspace });
      const work = async (incident: string) => {
        const subject = incident.slice('/incidents/'.length);
        const held = { id: 'job', kind: 'assess-duties', subject, input: {}, attempt: 1, mostAttempts: 3 };
        await handler.run(held, { signal: new AbortController().signal, progress: () => {} });
      };
      const incident = await house().incident({ kind: 'technical-error' });
      await endRun(house(), incident, [california(500)]);
      await house().ask('investigator', 'PATCH', `${incident}/law-facts`, { version: 0, ...INTO_FACTS });
      // A restricted one too: nobody's eyes are needed for it.
      const people = (await house().ask<{ person: { id: string } }>(OFFICER, 'GET', '/me')).person.id;
      await house().ask(OFFICER, 'PUT', `${incident}/people`, { people: [people], reason: 'r' });
      await work(incident);
      const show = (query = '') => house().ask<DutiesShown>(OFFICER, 'GET', `${incident}/duties${query}`);
      assert.equal(
        (await show()).duties?.find(({ duty }) => duty === 'US-CA/attorney-general')?.status,
        'not-due',
        '500 are not more than 500',
      );
      const root = await house().world.ask(
        'POST',
        '/api/sign-in',
        {},
        { email: 'root@marlow.example', password: PASSWORD },
      );
      // What was before is not told.
      await announce(db, now);
      const hook = { url: 'https://hooks.marlow.example/', events: ['duties-changed'], restricted: true };
      const { body: added } = await house().world.ask('POST', '/api/webhooks', { cookie: root.cookie }, hook);
      await endRun(house(), incident, [california(501), texan(3)]);
      await work(incident);
      const { version, changes } = await show();
      assert.equal(version, 2);
      const crossed = changes.find(({ duty }) => duty === 'US-CA/attorney-general');
      assert.deepEqual(
        [crossed?.change, crossed?.deadline],
        ['new', crossed?.until.after === null ? 'same' : 'begins'],
      );
      const numbers = crossed?.because.find(({ says }) => /more than 500/.test(says));
      assert.deepEqual([numbers?.before?.outcome, numbers?.after?.outcome], ['no', 'yes']);
      assert.match(numbers?.after?.value ?? '', /501/);
      assert.ok(changes.some(({ duty, change }) => duty === 'US-TX/people' && change === 'new'));
      assert.equal((await show('?version=1')).version, 1, 'earlier versions stay');
      const { timeline, next } = await house().show(incident);
      const last = timeline.findLast(({ kind }) => kind === 'duties-changed');
      assert.equal(last?.by, 'program');
      assert.match(JSON.stringify(last?.facts.changes), /"duty":"US-TX\/people"/);
      assert.ok(next.some(({ step, of }) => step === 'do-duty' && of === 'US-TX/people'));
      await announce(db, now);
      const { body: sent } = await house().world.ask('GET', `/api/webhooks/${added.webhook}/deliveries`, {
        cookie: root.cookie,
      });
      assert.deepEqual(
        (sent as DeliveriesListed).deliveries.map(({ type, at }) => [type, at]),
        [['duties-changed', last?.at]],
        JSON.stringify(sent),
      );
    });

    test('clocks of all incidents, the nearest first, and none of an incident that is hidden', async () => {
      const [near, far, hidden] = [
        await house().incident({ times: { aware: { at: '2025-11-19T00:00:00Z', saidBy: 's' } } }),
        await house().incident({ times: { aware: { at: '2025-11-20T12:00:00Z', saidBy: 's' } } }),
        await house().incident(),
      ];
      for (const incident of [near, far, hidden]) {
        await endRun(house(), incident, [german(3)]);
        await assessed(incident);
      }
      const me = (await house().ask<{ person: { id: string } }>(OFFICER, 'GET', '/me')).person.id;
      await house().ask(OFFICER, 'PUT', `${hidden}/people`, { people: [me], reason: 'r' });
      const list = (who: string, query: string) => house().ask<ClocksListed>(who, 'GET', `/clocks${query}`);
      const all: ClocksListed['clocks'] = [];
      let next: string | undefined;
      do {
        const page = await list('auditor', `?most=2${next === undefined ? '' : `&after=${next}`}`);
        all.push(...page.clocks);
        next = page.next;
      } while (next !== undefined);
      assert.deepEqual(
        all.map(({ until }) => until),
        all.map(({ until }) => until).toSorted(),
      );
      const mine = (incident: string) => all.filter((clock) => incident.endsWith(clock.incident));
      assert.deepEqual([mine(near).length > 0, mine(far).length > 0, mine(hidden)], [true, true, []]);
      const clock = mine(near).find(({ duty }) => duty === 'EU/authority');
      assert.deepEqual(
        [clock?.kind, clock?.until, clock?.title, clock?.isMissed],
        ['legal', '2025-11-22T00:00:00.000Z', 'Labels went wrong', true],
      );
      const officers = await list(OFFICER, '?most=500');
      assert.ok(officers.clocks.some((one_) => hidden.endsWith(one_.incident)));
      assert.match(await house().refusal('auditor', 'GET', '/clocks?after=x'), /^usage/);
      const { incidents } = await house().ask<IncidentsListed>('auditor', 'GET', '/incidents?most=200');
      assert.ok((incidents.find(({ id }) => near.endsWith(id))?.overdue ?? 0) > 0);
    });

    test('risk and report read run and workspace themselves', async () => {
      const incident = await house().incident({ kind: 'technical-error' });
      const risk = (statement: object) =>
        house().ask<RiskAssessed>('investigator', 'POST', `${incident}/risk`, { statement });
      const said = { by: 'Olga', factors: { kinds: ['confidentiality'] } };
      const people = (given: RiskAssessed) => given.assessment?.factors.people;
      assert.equal(people(await risk(said))?.known, false);
      await endRun(house(), incident, [german(40), california(2)]);
      const known = people(await risk(said));
      assert.deepEqual(known?.known === true && [known.value, known.source.kind], [
        { min: 42, max: 42 },
        'computed',
      ]);
      const wrong = { statement: { ...said, factors: { people: 7 } } };
      assert.match(
        await house().refusal('investigator', 'POST', `${incident}/risk`, wrong),
        /^risk-invalid.*instead/,
      );
      const { report } = await house().ask<ReportSaved>('investigator', 'POST', `${incident}/reports`, {
        statement: { by: 'Olga' },
      });
      const sources = Object.values(report?.values ?? {}).map(({ source }) => source.kind);
      assert.ok(
        sources.includes('computed') && sources.includes('workspace') && sources.includes('incident'),
      );
      assert.deepEqual(
        report?.addressees.map(({ country }) => country),
        ['LU'],
      );
      const organisation = { name: 'Another', contactPoint: {} };
      const given = { statement: { by: 'Olga' }, organisation };
      assert.match(
        await house().refusal('investigator', 'POST', `${incident}/reports`, given),
        /^report-invalid/,
      );
      const handed = { statement: said, scope: {} };
      assert.match(await house().refusal('investigator', 'POST', `${incident}/risk`, handed), /scope/);
    });

    test('internal targets stand apart, and a hidden incident has no duties', async () => {
      const incident = await house().incident();
      await endRun(house(), incident, [german(3)]);
      const targets = [{ name: 'First draft', at: '2025-11-20T13:00:00Z' }];
      await house().ask('investigator', 'PATCH', `${incident}/law-facts`, { version: 0, targets });
      await assessed(incident);
      const { targets: own } = await shown(incident);
      assert.deepEqual(own, [{ kind: 'internal', ...targets[0], missed: true }]);
      const me = (await house().ask<{ person: { id: string } }>(OFFICER, 'GET', '/me')).person.id;
      await house().ask(OFFICER, 'PUT', `${incident}/people`, { people: [me], reason: 'r' });
      for (const [method, path, body] of [
        ['GET', '/duties', undefined],
        ['GET', '/duties/explained?duty=EU/authority', undefined],
        ['GET', '/law-facts', undefined],
        ['POST', '/duties', {}],
        ['PATCH', '/law-facts', { version: 1, protection: 'none' }],
        ['POST', '/duties/fulfil', { duty: 'EU/authority', at: inHours(-1), text: 't' }],
      ] as const)
        assert.match(
          await house().refusal('investigator', method, `${incident}${path}`, body),
          /^incident-not-found/,
          path,
        );
    });
  },
  { workspace },
);
