"""Letters, for every channel that carries them: read, cut, clean, judge and build. No network here."""
