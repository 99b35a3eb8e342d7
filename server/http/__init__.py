"""An operation's way through HTTP: authentication, parameters and body in, answers and errors out."""
