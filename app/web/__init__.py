"""Pages for people: server-rendered, complete without JavaScript, over the same search as the API."""
