// The licence of the original, per user on the PBX: asked for only where the settings say so.

/** As `CheckAppLic` wants it (facts: innovaphone §4.1). */
export const APP_LICENCE = 'App(innovaphone-microsoft365)';
