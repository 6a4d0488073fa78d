"""Pages. A view does four things: access, form, one call, response."""
