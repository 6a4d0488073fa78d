# The application as one image: gunicorn on port 8000, as a user without rights, PDFs included.
#
#   docker build --tag aicmm .
#   docker run --rm --env-file settings.env aicmm python manage.py migrate
#   docker run --rm --env-file settings.env aicmm python manage.py loaddata ai_cmm
#   docker run --env-file settings.env --publish 8000:8000 aicmm
#
# Migrations do not run at the start: several containers would run them at once. docs/deploy.md has the order.

FROM node:22-slim AS assets
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY scripts/build.mjs scripts/
COPY static/src static/src
RUN node scripts/build.mjs

FROM python:3.11-slim AS packages
RUN python -m venv /venv
COPY requirements/base.txt /tmp/
RUN /venv/bin/python -m pip install --no-cache-dir --disable-pip-version-check --require-hashes --requirement /tmp/base.txt

FROM python:3.11-slim
# Pango and its kin make the PDFs; the fonts are for texts in scripts that Public Sans lacks.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig \
        fonts-dejavu-core fonts-noto-core fonts-wqy-microhei fonts-noto-color-emoji \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home aicmm

ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    XDG_CACHE_HOME=/tmp/cache \
    HOST=0.0.0.0 \
    PORT=8000
WORKDIR /app
COPY --from=packages /venv /venv
COPY manage.py gunicorn.conf.py ./
COPY scripts/healthcheck.py scripts/
COPY aicmm aicmm
COPY rubric rubric
COPY assessments assessments
COPY fixtures fixtures
COPY templates templates
COPY --from=assets /app/static/dist static/dist
# The key is for this step alone and is in no layer.
RUN python -m compileall -q aicmm rubric assessments \
    && SECRET_KEY=for-collectstatic-only python manage.py collectstatic --no-input --verbosity=0 \
    && install --directory --owner=aicmm var var/files

USER aicmm
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["python", "scripts/healthcheck.py"]
CMD ["gunicorn", "--config", "gunicorn.conf.py"]
