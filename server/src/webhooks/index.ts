export { deliveryHandler } from './deliver.ts';
export { announce, announceDeadlines, DELIVERY } from './events.ts';
export { webhookOperations } from './operations.ts';
export { standStill, webhooksStandSince } from './standstill.ts';
