# The same image runs web, worker, beat, migrate and the sandbox; docker-compose.yml says which.

FROM node:22-bookworm-slim AS assets
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci

FROM python:3.11-slim-bookworm AS packages
COPY requirements/bootstrap.txt requirements/runtime.txt /requirements/
RUN pip install --no-cache-dir --require-hashes --requirement /requirements/bootstrap.txt \
    && python -m venv --without-pip /venv \
    && uv pip sync --no-cache --compile-bytecode --require-hashes --python /venv/bin/python /requirements/runtime.txt

FROM python:3.11-slim-bookworm
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --create-home socket \
    && install --directory --owner=socket /data /data/media
# A worker need not load every page to check it, since migrating has done that; threads share one heap, not sixteen, and
# keep nothing of it back for themselves.
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 VAR_DIR=/data/var CELERY_SKIP_CHECKS=1 MALLOC_ARENA_MAX=1 \
    GLIBC_TUNABLES=glibc.malloc.tcache_count=0
WORKDIR /app
COPY --from=packages /venv /venv
COPY . .
RUN --mount=type=bind,from=assets,source=/app/node_modules,target=/app/node_modules \
    python -m scripts.assets --copy \
    && SECRET_KEY=build FIELD_ENCRYPTION_KEYS=build DATABASE_URL=sqlite:// \
       python manage.py collectstatic --no-input --verbosity=0 --ignore=icons \
    && python -m whitenoise.compress --quiet staticfiles
USER socket
EXPOSE 8000
# No access log: it would keep the tokens of signing pages, and our own log has every request without them.
CMD ["gunicorn", "socketapp.wsgi", "--bind=0.0.0.0:8000", "--worker-class=gthread", "--workers=2", "--threads=8", \
     "--max-requests=5000", "--max-requests-jitter=500"]
