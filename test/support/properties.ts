import fc from 'fast-check';

/** Without this, what says how long it may be is at most 10 long. */
fc.configureGlobal({ defaultSizeToMaxWhenMaxSpecified: true });

export default fc;
