"""Programs whose truth is known, and how right an attribution of their starts is; see README.md."""
