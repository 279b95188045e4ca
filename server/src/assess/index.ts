export { assessRisk, assessRiskFile, readScopeAnswer } from './risk.ts';
