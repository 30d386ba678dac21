# Two stages: what builds stays in the first one. google-re2 has wheels for glibc alone, so the
# base is Debian and not Alpine.
FROM python:3.13-slim AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY checker ./checker
COPY rules ./rules
RUN python -m venv --without-pip /opt/policy-check \
    && pip --python /opt/policy-check/bin/python install --no-cache-dir \
    --disable-pip-version-check --only-binary ":all:" .

FROM python:3.13-slim
LABEL org.opencontainers.image.title="policy-check" \
    org.opencontainers.image.description="Guardrails for AWS IAM policies, as a gate for CI" \
    org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /opt/policy-check /opt/policy-check
ENV PATH="/opt/policy-check/bin:$PATH"
USER 65532:65532
WORKDIR /work
ENTRYPOINT ["policy-check"]
CMD ["--help"]
