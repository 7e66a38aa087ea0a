"""What is measured, side by side with its limit: `python -m bench`. Ratios are taken in interleaved rounds, since only they travel."""
