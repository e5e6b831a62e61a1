import { StackError } from '../../stack-error';

/** This machine cannot run a container engine, so what needs one is not run; says what is missing. */
export class NoEngineError extends StackError {}
