// That a history tells a mutant from the rules is enough: nobody reads the shortest one that does.
import fc from 'fast-check';

fc.configureGlobal({ ...fc.readConfigureGlobal(), endOnFailure: true });
