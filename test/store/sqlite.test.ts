import { storeContract } from '../contracts/store-contract.ts';
import { sqliteFile, sqliteInMemory } from '../support/stores.ts';

storeContract(sqliteInMemory);
storeContract(sqliteFile);
