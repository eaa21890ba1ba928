//! Draws a diagram as inline SVG.
