import { takeOrders } from './process.ts';
import { alsoWrong, DEEDS } from './stages.ts';

takeOrders({ deeds: DEEDS, alsoWrong });
