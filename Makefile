# What there is to do with Swiftail. `make up` shows this machine's logs; `make test` holds it to its promises.
SWIFT ?= swift
# The Swift runtime and the C and C++ libraries are linked in, so that the binary runs on any glibc host.
RELEASE = -c release --static-swift-stdlib -Xlinker --as-needed
BINARY = .build/release/swiftail
LOGS ?=
UP ?=
PROMTAIL ?=
FLUENTBIT ?=
IMAGE ?= swiftail/swiftail:$(shell sed -n 's/^appVersion: //p' deploy/helm/swiftail/Chart.yaml)
CONTAINERS ?= $(notdir $(firstword $(shell command -v podman docker)))

.PHONY: up archives build test unit conformance kubernetes test-kubernetes bench-kubernetes bench-docker end-to-end drills soak browser instructions \
	deploy image deb manifests lint format bench clean packages

up: build ## Show this machine's logs (LOGS="/path/*.log …" for others, UP="--listen …" for options)
	@set -f; exec $(BINARY) up $(UP) $(LOGS)

packages:
	@scripts/install-packages build

archives:
	@scripts/link-archives

build: packages archives ## The release binary, .build/release/swiftail
	$(SWIFT) build $(RELEASE) --product swiftail

test: build unit conformance kubernetes end-to-end drills browser deploy instructions ## Everything

unit: packages archives ## Unit tests, in a debug build
	$(SWIFT) test

conformance: build ## The recorded cases that must pass
	@scripts/install-packages test
	Tests/Conformance/check --binary $(BINARY)

kubernetes: build ## The recorded cases of Kubernetes' discovery, against a stand-in API server
	@scripts/install-packages test
	Tests/Conformance/kubernetes/apiserver.py --self-test
	Tests/Conformance/kubernetes/run --binary $(BINARY) -j 4
	Tests/Conformance/kubernetes/run --binary $(BINARY) -j 4 --watch-list supported

test-kubernetes: build ## The same against a real API server: KUBE_APISERVER=/path/to/kube-apiserver
	@scripts/install-packages kubernetes
	scripts/test-kubernetes $(BINARY) $(KUBE_APISERVER)

end-to-end: build ## Real files, real HTTP, the real binary
	@scripts/install-packages test
	python3 -m unittest discover -s Tests/EndToEnd -p '*_test.py' -v

drills: build ## Kills, outages, rotations: no line may be lost; a minute of faults from one seed
	@scripts/install-packages bench
	python3 bench/reliability.py --binary $(BINARY) -j 6
	python3 bench/soak.py --binary $(BINARY) --minutes 1 --seed 1
	python3 bench/docker.py --binary $(BINARY) --seconds 20

soak: build ## Random faults for half an hour (MINUTES=…, SEED=…)
	@scripts/install-packages bench
	python3 bench/soak.py --binary $(BINARY) --minutes $(or $(MINUTES),30) $(if $(SEED),--seed $(SEED))

browser: build ## The console in a real browser; pictures in artifacts/
	@scripts/install-packages test
	python3 Tests/Browser/run.py --binary $(BINARY)

deploy: build ## Chart, manifests, image, package, Ansible role, alert rules
	@scripts/deploy-tools
	.build/tools/python/bin/python -m unittest discover -s Tests/Deploy -p '*_test.py' -v

image: build ## The container image (IMAGE=name:tag), with podman or docker, without a registry
	@scripts/install-packages image
	deploy/image/root $(BINARY) .build/image
	$(CONTAINERS) build -f deploy/image/Dockerfile.root -t $(IMAGE) .build/image

deb: build ## The Debian package, in artifacts/
	@scripts/install-packages deb
	deploy/debian/package $(BINARY) artifacts

manifests: ## deploy/kubernetes and the chart's copies, written anew from the chart
	@scripts/deploy-tools
	scripts/deploy-manifests

lint: ## Format, the direction of imports, reference pages
	$(SWIFT) format lint --strict --recursive --parallel Package.swift Sources Tests
	scripts/check-imports
	scripts/reference --check

format: ## Put the sources in form
	$(SWIFT) format --in-place --recursive --parallel Package.swift Sources Tests

instructions: packages archives ## Instructions and allocations per line, held to bench/instructions.json
	@scripts/install-packages bench
	$(SWIFT) build $(RELEASE) --product linebench
	python3 bench/instructions.py --binary .build/release/linebench

bench-docker: build ## 500 containers, 200 of them restarting; CPU for a GiB of containers' lines
	@scripts/install-packages test
	python3 bench/docker.py --binary $(BINARY)
	python3 bench/docker.py --binary $(BINARY) --throughput 256

bench-kubernetes: build ## Memory and time of Kubernetes' discovery with 100,000 pods
	python3 bench/kubernetes.py --binary $(BINARY)

bench: build ## CPU, throughput, memory, latency; PROMTAIL=/path and FLUENTBIT=/path put those beside it
	@scripts/install-packages bench
	python3 bench/run.py --binary $(BINARY) --promtail "$(PROMTAIL)" --fluentbit "$(FLUENTBIT)" --out artifacts/bench

clean:
	rm -rf .build artifacts
