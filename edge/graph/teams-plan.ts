// Whether a user's licences contain Teams (facts: graph §5). Pure.
import * as z from 'zod';
import { late } from '../../shared/late.ts';

/** Ids of the service plans called Teams, one a cloud. */
const TEAMS_PLANS: ReadonlySet<string> = new Set([
  '57ff2da0-773e-42df-b2af-ffb7a2317929', // TEAMS1, commercial
  '304767db-7d23-49e8-a945-4a7eb65f9f28', // TEAMS_GOV, GCC
  '9953b155-8aef-4c56-92f3-72b0487fce41', // TEAMS_AR_GCCHIGH
  'fd500458-c24c-478e-856c-a6067a8376cd', // TEAMS_AR_DOD
]);

/** `Warning` is the time of grace after a licence ran out: Teams still works in it. */
const USABLE: ReadonlySet<string> = new Set(['enabled', 'warning']);

export const assignedPlan = late(() =>
  z.object({
    servicePlanId: z.string().nullish(),
    capabilityStatus: z.string().nullish(),
  }),
);
export type AssignedPlan = z.infer<ReturnType<typeof assignedPlan>>;

/**
 * Any entry counts: the list keeps history, so the same plan stands in it as `Deleted` as well.
 * @param more ids in lower case that count besides: of free, essential and future plans
 */
export const hasTeamsPlan = (
  plans: readonly AssignedPlan[],
  more: ReadonlySet<string> = new Set(),
): boolean =>
  plans.some(({ servicePlanId, capabilityStatus }) => {
    const id = (servicePlanId ?? '').toLowerCase();
    const isTeams = TEAMS_PLANS.has(id) || more.has(id);
    return isTeams && USABLE.has((capabilityStatus ?? '').toLowerCase());
  });
