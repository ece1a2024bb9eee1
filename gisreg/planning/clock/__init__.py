"""The clock: how long land has been idle, when each limit is reached, and which step of the procedure is due."""
