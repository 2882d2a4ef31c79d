"""The machinery under `io`: Engine.IO v4 and Socket.IO v5 on Tornado's IOLoop. Not yours to edit."""
