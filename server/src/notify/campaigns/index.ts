export { type CampaignOptions, campaignOperations } from './operations.ts';
export { type CampaignJobOptions, PREPARE_CAMPAIGN, prepareCampaignHandler } from './prepare.ts';
export { PUBLISH_BATCHES } from './publish.ts';
export { CAMPAIGN_WINDOWS, campaignWindowsHandler, noteReturned, type ReturnedMail } from './returns.ts';
export { SEND_CAMPAIGN, type SendOptions, sendCampaignHandler } from './send.ts';
export { readMailing } from './settings.ts';
export type { Mailing } from './types.ts';
export { type CommittedBatch, committedBatches, Writers, writtenNotice } from './written.ts';
