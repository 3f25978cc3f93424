# 泉信 Quanxin. Two commands are enough: `make run` and `make test`. They need Python 3.11 or newer, and make.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

UV_VERSION := 0.13.9
# the first Python of 3.11 or newer that really runs (a name may be there without an interpreter behind it)
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3; do \
	"$$p" -c 'import sys; sys.version_info >= (3, 11) or sys.exit(1); print(sys.executable)' 2>/dev/null && break; done)
BIN := .venv/bin
UV := .bootstrap/bin/uv
ASSETS := src/quanxin/web/assets
VENDOR := src/quanxin/web/static/vendor
SUBJECTS ?= 20000
SEED ?= 1
HOST ?= 127.0.0.1
PORT ?= 8000
# one more than the cores that tests are measured on: those that kill processes mostly wait
PYTEST_FLAGS ?= -n 3

export UV_PYTHON := $(PYTHON)
export UV_PYTHON_DOWNLOADS := never
export PYTHONUTF8 := 1
export NO_MKDOCS_2_WARNING := 1
# Behind a proxy that inspects, only the system's certificates let anything be downloaded: uv takes them by its own word, pip
# and npm by the system's file, where nobody named another.
SYSTEM_CERTS := $(firstword $(wildcard $(SSL_CERT_FILE) /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt \
	/etc/ssl/ca-bundle.pem /etc/ssl/cert.pem))
export UV_SYSTEM_CERTS ?= 1
ifneq ($(SYSTEM_CERTS),)
export PIP_CERT ?= $(SYSTEM_CERTS)
export NODE_EXTRA_CA_CERTS ?= $(SYSTEM_CERTS)
endif
# Where this is set, each command compiles some eleven hundred modules anew: half of the time that it takes.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run
run: .venv/.ready $(VENDOR)/.ready ## 安装、建样例城市、启动网站 / set up, make a sample city, serve it on 127.0.0.1:8000
	$(BIN)/quanxin init >/dev/null
	$(BIN)/quanxin demo --if-empty --subjects $(SUBJECTS) --seed $(SEED)
	$(BIN)/quanxin serve --host $(HOST) --port $(PORT)

.PHONY: test
test: .venv/.spark $(VENDOR)/.ready ## 安装并运行全部测试 / set up and run every test
	$(BIN)/pytest $(PYTEST_FLAGS)

.PHONY: quick
quick: .venv/.ready $(VENDOR)/.ready ## 只运行改动所及的测试，两分钟内 / the tests that a change touches, for two minutes
	$(BIN)/python .ci/quick.py

.PHONY: check
check: .venv/.ready $(VENDOR)/.ready ## 代码、类型、结构、政策包、文档、漏洞检查 / lint, types, structure, packs, docs, advisories
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/bandit -q -c pyproject.toml -r src .ci --severity-level medium
	for pack in packs/* $(QUANXIN_PACK); do $(BIN)/quanxin pack check $$pack || exit 1; done
	$(BIN)/mkdocs build --strict --quiet --site-dir .venv/site
	$(BIN)/python .ci/audit.py

.PHONY: bench
bench: .venv/.ready ## 性能测试，逐项与下限和同类比较 / measure, each figure beside its floor
	$(UV) sync --frozen --inexact --quiet --extra linkage --group peers
	$(BIN)/python -m bench

.PHONY: docs
docs: .venv/.ready ## 生成文档站点到 site/ / build the documentation into site/
	$(BIN)/mkdocs build --strict

.PHONY: assets
assets: $(VENDOR)/.ready ## 生成网页静态文件 / build the files that browsers need

.PHONY: sbom
sbom: .venv/.ready ## 软件物料清单（CycloneDX）到 dist/ / bills of materials into dist/
	.ci/sbom dist

.PHONY: release
release: .venv/.ready $(VENDOR)/.ready ## 安装包（wheel、sdist）到 dist/ / the packages that others install, into dist/
	rm -rf dist
	$(UV) build --quiet --out-dir dist
	$(UV) export --frozen --quiet --no-dev --no-emit-project --output-file dist/requirements.txt >/dev/null
	@ls dist

.PHONY: clean
clean: ## 停止数据库，删除一切生成物；加 DATA=1 连同数据 / stop the database, remove what was built (DATA=1: the data too)
	-@if [ -x $(BIN)/quanxin ]; then $(BIN)/quanxin stop >/dev/null; fi
	rm -rf .venv .bootstrap site dist $(VENDOR) src/quanxin/web/fonts $(ASSETS)/node_modules
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	if [ "$(DATA)" = 1 ]; then rm -rf var; fi

.PHONY: help
help: ## 本说明 / this text
	@awk 'BEGIN { FS = ":.*## " } /^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# --- what the targets stand on: each is made once, and again only when what it is made from changed ---------------

.bootstrap/.uv-$(UV_VERSION):
	@[ -n "$(PYTHON)" ] || { echo "需要 Python 3.11 或更新版本。 / Python 3.11 or newer is needed." >&2; exit 1; }
	@rm -rf .bootstrap
	@"$(PYTHON)" -m venv .bootstrap >/dev/null 2>&1 && .bootstrap/bin/pip install --quiet uv==$(UV_VERSION) \
		|| { rm -rf .bootstrap; "$(PYTHON)" -m pip install --quiet --target .bootstrap uv==$(UV_VERSION); } \
		|| { echo "无法创建虚拟环境：请安装 python3-venv 或 python3-pip，并确认可以访问 PyPI。" \
		"/ No virtual environment: install python3-venv or python3-pip, and see that PyPI can be reached." >&2; exit 1; }
	@touch $@

.venv/.ready: pyproject.toml uv.lock .bootstrap/.uv-$(UV_VERSION)
	$(UV) sync --frozen --quiet --extra linkage
	@touch $@

# Spark is large: only what tests it, or asks for it, downloads it.
.venv/.spark: .venv/.ready
	$(UV) sync --frozen --quiet --inexact --extra linkage --extra spark
	@touch $@

$(VENDOR)/.ready: $(ASSETS)/package.json $(ASSETS)/package-lock.json $(ASSETS)/build.mjs | .venv/.ready
	@major=$$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0); \
	if [ "$$major" -lt 20 ] || ! command -v npm >/dev/null; then \
		$(UV) sync --frozen --quiet --inexact --only-group assets && PATH="$(CURDIR)/$(BIN):$$PATH" && export PATH; \
	fi; \
	cd $(ASSETS) && npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error && npm run --silent build
	@touch $@
