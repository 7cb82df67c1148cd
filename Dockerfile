# One image for the services of compose.yaml: the daily crawl, the served archive, workers of many machines. docs/operations.md says how to run it.
FROM python:3.13-slim-trixie AS build
WORKDIR /src
RUN python -m venv /opt/archive
COPY requirements.txt requirements-cluster.txt ./
RUN /opt/archive/bin/pip install --no-cache-dir --disable-pip-version-check -r requirements-cluster.txt
COPY pyproject.toml README.md LICENSE ./
COPY archive archive
COPY crawler crawler
RUN /opt/archive/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps .

FROM python:3.13-slim-trixie
# openssl asks for stamps of time and checks them.
RUN apt-get update && apt-get install -y --no-install-recommends openssl && rm -rf /var/lib/apt/lists/*
RUN useradd --uid 10001 --create-home archive && install -d -o archive -g archive /data
COPY --from=build /opt/archive /opt/archive
COPY docker/crawl_daily.py /usr/local/bin/crawl-daily
COPY docker/every.py /usr/local/bin/every
ENV PATH=/opt/archive/bin:$PATH PYTHONUNBUFFERED=1 SCRAPY_SETTINGS_MODULE=crawler.settings ARCHIVE_DIR=/data
USER 10001
WORKDIR /home/archive
VOLUME /data
EXPOSE 8001
CMD ["archive", "serve", "--host", "0.0.0.0"]
