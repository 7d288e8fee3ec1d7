// Where Microsoft reaches the connector, as far as the page's own address tells. Pure.

type Place = Pick<Location, 'protocol' | 'origin'>;

/** @param base the connector's own path */
export const pathOfNotifications = (base: string): string => `${base}/subscriptions`;

/** Where this page is reached by https, Microsoft most likely reaches the connector the same way. */
export const guessedUrl = ({ protocol, origin }: Place, base: string): string =>
  protocol === 'https:' ? `${origin}${pathOfNotifications(base)}` : '';
