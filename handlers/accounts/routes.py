"""The routes of accounts."""

from handlers.accounts.confirmation import ConfirmationHandler, SendConfirmationHandler
from handlers.accounts.connections import ConnectionHandler, ConnectionsHandler
from handlers.accounts.login import LoginHandler, RegisterHandler
from handlers.accounts.me import MeHandler
from handlers.accounts.password import ChangePasswordHandler, ForgotPasswordHandler, ResetPasswordHandler
from handlers.accounts.sessions import LogoutHandler, RefreshHandler, SessionHandler, SessionsHandler

routes = [
    ("/auth/local/register", RegisterHandler),
    ("/auth/local", LoginHandler),
    ("/auth/refresh", RefreshHandler),
    ("/auth/logout", LogoutHandler),
    ("/auth/sessions", SessionsHandler),
    ("/auth/sessions/([^/]+)", SessionHandler),
    ("/auth/change-password", ChangePasswordHandler),
    ("/auth/forgot-password", ForgotPasswordHandler),
    ("/auth/reset-password", ResetPasswordHandler),
    ("/auth/email-confirmation", ConfirmationHandler),
    ("/auth/send-email-confirmation", SendConfirmationHandler),
    ("/users/me", MeHandler),
    ("/socketio/connections", ConnectionsHandler),
    ("/socketio/connections/([^/]+)", ConnectionHandler),
]
