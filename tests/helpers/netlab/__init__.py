"""Small AWS networks that are written down once and rendered twice: as a template, and as Linux network namespaces."""
