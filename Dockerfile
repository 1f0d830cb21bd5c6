# Porchlight in a container, under a user of its own. All that it stores is in the volume /data.
FROM python:3.11-slim

WORKDIR /srv/porchlight
COPY requirements/postgres.txt requirements/
RUN pip install --no-cache-dir --require-hashes -r requirements/postgres.txt
COPY pyproject.toml README.md LICENSE ./
COPY app app
COPY static static
RUN pip install --no-cache-dir --no-deps . \
    && useradd --system --no-create-home porchlight \
    && install -d -o porchlight -m 700 /data

ENV PORCHLIGHT_DATA_DIR=/data
VOLUME /data
EXPOSE 8000
USER porchlight
CMD ["porchlight", "serve", "--host", "0.0.0.0"]
