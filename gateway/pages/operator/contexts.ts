import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Api } from './api';

export const ApiContext = createContext<Api | undefined>(undefined);

export function useApi(): Api {
  const api = useContext(ApiContext);
  if (api === undefined) throw new Error('no API here: nobody is logged in');
  return api;
}

/** The time that ages are told from; moves on by itself. */
export const NowContext = createContext(Date.now());
