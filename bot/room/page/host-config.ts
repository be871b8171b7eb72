// What a card looks like here. Colours are variables of theme.css, so that light and dark need no other
// drawing; everything that has a class is in card.css.

const SANS = 'var(--sans)';
const MONO = 'var(--mono)';

function colours(ink: string) {
  const one = { default: `var(--${ink})`, subtle: 'var(--muted)' };
  const marked = { ...one, highlightColors: { default: 'var(--sunken)', subtle: 'var(--sunken)' } };
  return {
    default: marked,
    accent: marked,
    good: marked,
    warning: marked,
    attention: marked,
    dark: marked,
    light: marked,
  };
}

const style = (paper: string, ink = 'ink') => ({
  backgroundColor: paper === 'none' ? 'transparent' : `var(--${paper})`,
  borderColor: 'transparent',
  foregroundColors: colours(ink),
});

const type = (fontFamily: string) => ({
  fontFamily,
  fontSizes: { small: 13, default: 14, medium: 17, large: 20, extraLarge: 24 },
  fontWeights: { lighter: 400, default: 400, bolder: 600 },
});

export const HOST_CONFIG = {
  supportsInteractivity: true,
  spacing: { small: 6, default: 12, medium: 16, large: 20, extraLarge: 28, padding: 12 },
  separator: { lineThickness: 1, lineColor: 'var(--line)' },
  fontTypes: { default: type(SANS), monospace: type(MONO) },
  containerStyles: {
    default: style('none'),
    emphasis: style('sunken'),
    good: style('good-paper', 'good-ink'),
    warning: style('warning-paper', 'warning-ink'),
    attention: style('attention-paper', 'attention-ink'),
    accent: style('sunken'),
  },
  actions: {
    maxActions: 6,
    spacing: 'default',
    buttonSpacing: 0,
    actionsOrientation: 'horizontal',
    actionAlignment: 'left',
    showCard: { actionMode: 'inline', inlineTopMargin: 12 },
  },
  adaptiveCard: { allowCustomStyle: true },
};
