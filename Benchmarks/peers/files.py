"""The plain door for files: FastAPI, which does the same to the disk as `upload`.

It syncs the file, renames it, syncs the folder, and then answers. It takes every key, and a name
again replaces the file.

    uvicorn files:app           with FOLDER in the environment, which has tmp/ and files/
"""

import hashlib
import itertools
import os

from fastapi import FastAPI, Header, HTTPException, Request
from fastapi.concurrency import run_in_threadpool

FOLDER = os.environ["FOLDER"]
FILES = os.open(f"{FOLDER}/files", os.O_RDONLY)
numbers = itertools.count()
app = FastAPI()


def keep(name, content):
    """Puts the content under that name, durably."""
    staged = f"{FOLDER}/tmp/{os.getpid()}-{next(numbers)}"
    with open(staged, "xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.rename(staged, f"{FOLDER}/files/{name}")
    os.fsync(FILES)


@app.put("/v1/files/{name}", status_code=201)
async def put(name: str, request: Request, authorization: str = Header()):
    if not authorization.startswith("Bearer "):
        raise HTTPException(401)
    content = await request.body()
    await run_in_threadpool(keep, name, content)
    return {"file": name, "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
