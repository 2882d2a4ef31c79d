"""Users: who may log in, and how they are found."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from bson import ObjectId
from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from engine.mongo import Database
from engine.mongo.grouped import grouped
from models.accounts import passwords
from models.accounts.errors import (
    AccountBlocked,
    ChangedMeanwhile,
    EmailOrUsernameTaken,
    TooBusy,
    WrongCredentials,
    WrongPassword,
)
from models.accounts.fields import LONGEST_TYPED_USERNAME, called, folded, normalized
from models.documents import now
from models.errors import NotFound
from models.roles import ROLES, check_role


@dataclass(frozen=True, slots=True)
class User:
    """A user as everyone but this file sees one: the hash of the password stays in the database."""

    id: str
    username: str
    email: str
    provider: str
    confirmed: bool
    blocked: bool
    role: str
    credentials: int
    """How many times the password has been set."""
    created_at: datetime
    updated_at: datetime

    @classmethod
    async def register(cls, db: Database, username: str, email: str, password: str, confirmed: bool = True) -> "User":
        """A new user; `confirmed` is whether the e-mail is known to be theirs. Raises EmailOrUsernameTaken, TooBusy."""
        time = now()
        document = {
            "username": normalized(username),
            "username_folded": folded(username),
            "email": email.lower(),
            "password_hash": await passwords.hashed(password),
            "provider": "local",
            "confirmed": confirmed,
            "blocked": False,
            "role": ROLES[0],
            "credentials": 1,
            "created_at": time,
            "updated_at": time,
        }
        try:
            await db.users.insert_one(document)
        except DuplicateKeyError:
            raise EmailOrUsernameTaken from None
        return cls.of(document)

    @classmethod
    async def login(cls, db: Database, identifier: str, password: str) -> "User":
        """The user of this e-mail or username and password. Raises WrongCredentials, AccountBlocked, TooBusy."""
        document = await db.users.find_one(called(identifier), {"places": 0})
        if not await passwords.matches(password, document["password_hash"] if document else None) or not document:
            raise WrongCredentials
        if document["blocked"]:
            raise AccountBlocked
        if passwords.outdated(document["password_hash"]):
            with suppress(TooBusy):  # then at the next login
                await _rehash(db, document, password)
        return cls.of(document)

    @classmethod
    async def find(cls, db: Database, identifier: str) -> "User | None":
        """The user of this e-mail or username, if there is one."""
        document = await db.users.find_one(called(identifier), {"password_hash": 0, "places": 0})
        return cls.of(document) if document else None

    @classmethod
    async def get(cls, db: Database, id: str) -> "User":
        """The user of this id, looked up together with all others asked for in this turn. Raises NotFound."""
        return cls._found(await _by_id(db, id))

    @classmethod
    async def named(cls, db: Database, username: str) -> "User":
        """The user of this name, in whatever case. Raises NotFound."""
        if len(username) > LONGEST_TYPED_USERNAME:
            return cls._found(None)
        return cls._found(await db.users.find_one({"username_folded": folded(username)}))

    async def check_password(self, db: Database, password: str) -> None:
        """Raises WrongPassword unless it is the user's, and TooBusy."""
        document = await db.users.find_one({"_id": ObjectId(self.id)}, {"password_hash": 1})
        if not await passwords.matches(password, document["password_hash"] if document else None):
            raise WrongPassword

    async def set_password(self, db: Database, password_hash: str, confirmed: bool | None = None) -> "User":
        """Gives the user another password; sessions begun with the one before count no more.

        `confirmed` is whether that shows that the e-mail is theirs. Raises ChangedMeanwhile where address or password
        are no longer those of this object.
        """
        new: dict = {"password_hash": password_hash, "updated_at": now()}
        if confirmed is not None:
            new["confirmed"] = confirmed
        return await self._update(db, {"$set": new, "$inc": {"credentials": 1}}, if_same=True)

    async def change(self, db: Database, *, if_same: bool = False, **fields) -> "User":
        """Changes some of `username`, `email`, `confirmed`, `blocked` and `role`, one of models/roles.py.

        Sockets of a user who is blocked, or has another role, are closed within a second, on every server. Raises
        EmailOrUsernameTaken, NotFound for a user who was deleted meanwhile, and ValueError for no such role. With
        `if_same`, for what was allowed by password or address, it raises ChangedMeanwhile as `set_password`.
        """
        if "username" in fields:
            fields |= {"username": normalized(fields["username"]), "username_folded": folded(fields["username"])}
        change: dict = {"$set": {**fields, "updated_at": now()}}
        if "role" in fields:
            check_role(fields["role"])
        if not fields.keys().isdisjoint(("role", "blocked")):
            # By MongoDB's clock, the one that all servers share: models/accounts/sessions/ending.py tells them.
            change["$currentDate"] = {"rights_changed_at": True}
        try:
            return await self._update(db, change, if_same)
        except DuplicateKeyError:
            raise EmailOrUsernameTaken from None

    async def _update(self, db: Database, change: dict, if_same: bool) -> "User":
        this: dict = {"_id": ObjectId(self.id)}
        if if_same:
            this |= {"email": self.email, "credentials": self.credentials}
        document = await db.users.find_one_and_update(this, change, return_document=ReturnDocument.AFTER)
        if document is None and if_same:
            raise ChangedMeanwhile
        return self._found(document)

    async def delete(self, db: Database) -> None:
        """Forgets the user; what else belongs to them is for others to delete."""
        await db.users.delete_one({"_id": ObjectId(self.id)})

    @classmethod
    def _found(cls, document: dict | None) -> "User":
        if document is None:
            raise NotFound("There is no such user")
        return cls.of(document)

    @classmethod
    def of(cls, document: dict) -> "User":
        """The user in a document of the database."""
        fields = {field: document[field] for field in cls.__slots__ if field != "id"}
        return cls(id=str(document["_id"]), **fields)

    def public(self) -> dict:
        """All that the user themselves may see."""
        return {
            "id": self.id,
            "username": self.username,
            "email": self.email,
            "provider": self.provider,
            "confirmed": self.confirmed,
            "blocked": self.blocked,
            "role": self.role,
            "createdAt": self.created_at,
            "updatedAt": self.updated_at,
        }

    def reference(self) -> dict:
        """All that others see: `{id, username}`."""
        return {"id": self.id, "username": self.username}


@grouped
async def _by_id(db: Database, ids: list[str]) -> dict[str, dict]:
    wanted = [ObjectId(id) for id in ids if ObjectId.is_valid(id)]
    found = db.users.find({"_id": {"$in": wanted}}, {"password_hash": 0, "places": 0})
    return {str(document["_id"]): document async for document in found}


async def _rehash(db: Database, document: dict, password: str) -> None:
    """Keeps a hash with today's parameters, unless the password was changed meanwhile."""
    same = {"_id": document["_id"], "password_hash": document["password_hash"]}
    await db.users.update_one(same, {"$set": {"password_hash": await passwords.hashed(password)}})


async def prepare(db: Database) -> None:
    """The indexes that make e-mails and usernames unique, and find those whose rights have changed."""
    await db.users.create_index("email", unique=True)
    await db.users.create_index("username_folded", unique=True)
    await db.users.create_index("rights_changed_at", sparse=True)
