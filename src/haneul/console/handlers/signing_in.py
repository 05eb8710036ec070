"""Signing in and out, for which project to work, and how pages shall look."""

from __future__ import annotations

from typing import Any

from haneul.console.look import chosen
from haneul.console.sessions import SESSION_COOKIE, new_session
from haneul.console.visit import HOME, SIGN_IN, Visit, own_page
from haneul.kit.errors import CloudError, Conflict, Invalid, Unauthenticated
from haneul.kit.http import Reply, Request
from haneul.services.identity import AuthRequest, IssuedToken, MoreMethodsNeeded, Ref, Scope

_LONGEST = 255


_ASKED: dict[str, Any] = {"domain": "Default", "user": "", "message": "", "needs_code": False}


def show_sign_in(visit: Visit, request: Request) -> Reply:
    back = own_page(request.query.get("back") or HOME)
    return visit.page("sign_in.html", back=back, **_ASKED) if visit.caller.is_anonymous else visit.go(back)


def sign_in(visit: Visit, request: Request) -> Reply:
    """By the verb that issues tokens, with its throttle and its lock-out."""
    domain, user, code = (visit.field(name).strip()[:_LONGEST] for name in ("domain", "user", "code"))
    back = own_page(visit.field("back") or HOME)
    request.claims = user
    try:
        issued = _issued(visit, _proof(visit, Ref(name=user, domain=Ref(name=domain)), code))
    except MoreMethodsNeeded:
        words = {"message": visit.say("Enter the code of your device too."), "needs_code": True}
        return visit.page("sign_in.html", 401, back=back, domain=domain, user=user, **words)
    except CloudError as error:
        reply = visit.page("sign_in.html", 401, **_ASKED | _said(visit, error, domain, user), back=back)
        if error.retry_after_s is not None:
            reply.status, reply.headers["retry-after"] = 429, str(error.retry_after_s)
        return reply
    request.caller = issued.token.caller
    reply = visit.go(back)
    reply.headers["set-cookie"] = visit.desk.sessions.keep(new_session(issued.text))
    return reply


def _said(visit: Visit, error: CloudError, domain: str, user: str) -> dict[str, Any]:
    message = error.message
    if isinstance(error, Unauthenticated) and error.code == "auth.refused":
        message = visit.say("Domain, user and password do not belong together. Mind upper and lower case.")
    return {"message": message, "domain": domain, "user": user}


def _proof(visit: Visit, who: Ref, code: str) -> AuthRequest:
    return AuthRequest(
        methods=("password", "totp") if code else ("password",),
        user=who,
        password=visit.field("password"),
        totp_user=who if code else None,
        passcode=code,
        address=visit.request.address,
    )


def _issued(visit: Visit, asked: AuthRequest) -> IssuedToken:
    """A token for the user's default project, else for the first of theirs. Raises Conflict("console.no_project")."""
    tokens, projects = visit.rooms.identity.tokens, visit.rooms.identity.projects
    issued = tokens.issue(asked)
    if issued.token.project is not None:
        return issued
    mine = sorted(projects.mine(issued.token.caller), key=lambda project: project.name)
    if not mine:
        raise Conflict("console.no_project", "You have no role in any project: ask an administrator for one.")
    return _for_project(visit, issued.text, mine[0].id)


def _for_project(visit: Visit, text: str, project_id: str) -> IssuedToken:
    asked = AuthRequest(("token",), token=text, scope=Scope(project=Ref(id=project_id)), address=visit.request.address)
    issued = visit.rooms.identity.tokens.issue(asked)
    visit.rooms.identity.tokens.revoke(issued.token.caller, text)
    return issued


def choose_project(visit: Visit, request: Request) -> Reply:
    """From now on for another of the user's projects."""
    project_id = visit.field("project")
    mine = {project.id for project in visit.rooms.identity.projects.mine(visit.caller)}
    if project_id not in mine:
        raise Invalid("console.not_your_project", "You have no role in that project: choose one of the list.")
    issued = _for_project(visit, visit.session.token, project_id)
    reply = visit.go(HOME)
    reply.headers["set-cookie"] = visit.desk.sessions.keep(new_session(issued.text))
    return reply


def sign_out(visit: Visit, request: Request) -> Reply:
    visit.rooms.identity.tokens.revoke(visit.caller, visit.session.token)
    reply = visit.go(SIGN_IN)
    reply.headers["set-cookie"] = visit.desk.sessions.drop(SESSION_COOKIE)
    return reply


def change_look(visit: Visit, request: Request) -> Reply:
    """Another language, or light instead of dark."""
    look = chosen(visit.look, visit.field("language"), visit.field("theme"))
    reply = visit.go(own_page(visit.field("back")))
    reply.headers["set-cookie"] = visit.desk.sessions.keep_look(look.text)
    return reply
