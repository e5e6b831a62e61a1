import type { Request, Response } from 'express';
import type { ZodOpenApiOperationObject } from 'zod-openapi';
import type { TokenClaims } from '../../contracts/token-claims';
import type { DeadLetterStores } from '../../dead-letters/stores';
import type { ServedRoute } from '../../observability/metric-labels';
import type { AuthClient } from '../auth-client';
import { requireOperator } from '../credentials';
import type { Endpoint } from '../endpoint';
import { refusalOf } from './refusal-of';

export interface OperatorDeps {
  readonly auth: AuthClient;
  readonly stores: DeadLetterStores;
  /** How long a body may stand still, either way. */
  readonly idleMs: number;
  readonly maxImportBytes: number;
}

/** A request whose bearer is an operator. */
export interface Exchange {
  readonly request: Request;
  readonly response: Response;
  readonly operator: TokenClaims;
}

/** A route as OpenAPI writes it, parameters in braces. */
type OpenApiPath<Route extends string> = Route extends `${infer Before}/:id${infer After}`
  ? `${Before}/{id}${OpenApiPath<After>}`
  : Route;

type OperatorRoute = Extract<ServedRoute, `/operator/dead-letters${string}`>;

/** One call of the operator: what `/openapi.json` says of it, and what answers it. */
export interface OperatorCall {
  readonly method: 'get' | 'post';
  readonly path: OpenApiPath<OperatorRoute>;
  /** Refusals that every call has are added to it. */
  readonly operation: ZodOpenApiOperationObject;
  answer(deps: OperatorDeps, exchange: Exchange): Promise<void>;
}

/** The call behind its door: nothing of a request is looked at before its bearer is known. */
export function operatorEndpoint(deps: OperatorDeps, call: OperatorCall): Endpoint {
  return async (request, response) => {
    const operator = await requireOperator(deps.auth, request, response);
    response.set('Cache-Control', 'no-store');
    try {
      await call.answer(deps, { request, response, operator });
    } catch (error) {
      throw refusalOf(error) ?? error;
    }
  };
}

/** The path as Express writes it. */
export function expressPath({ path }: OperatorCall): OperatorRoute {
  // The way back of `OpenApiPath`, which a replacement's type cannot say.
  return path.replaceAll('{id}', ':id') as OperatorRoute;
}
