// Whether nobody is signed in just now. What an admin was at stays where it is, hidden, until they are
// again: nothing that was entered is lost, and nothing is asked meanwhile.
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

export const Paused = createContext(false);

export const usePaused = (): boolean => useContext(Paused);
