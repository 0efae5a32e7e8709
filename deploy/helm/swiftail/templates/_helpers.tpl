{{- /* Names */}}
{{- define "swiftail.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "swiftail.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride }}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- else if contains $name .Release.Name }}
{{- .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "swiftail.namespaceName" -}}
{{- default .Release.Namespace .Values.namespace }}
{{- end }}

{{- define "swiftail.chart" -}}
{{- printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "swiftail.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "swiftail.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- /* Labels */}}
{{- define "swiftail.selectorLabels" -}}
app.kubernetes.io/name: {{ include "swiftail.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "swiftail.version" -}}
{{- (regexSplit "@" (.Values.image.tag | default .Chart.AppVersion | toString) 2 | first) | default .Chart.AppVersion | trunc 63 }}
{{- end }}

{{- define "swiftail.labels" -}}
helm.sh/chart: {{ include "swiftail.chart" . }}
{{ include "swiftail.selectorLabels" . }}
app.kubernetes.io/version: {{ include "swiftail.version" . | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- /* metadata of an object. Argument: list of the root context, suffix of the name, further labels, annotations */}}
{{- define "swiftail.metadata" -}}
{{- $root := index . 0 -}}
name: {{ include "swiftail.fullname" $root }}{{ index . 1 }}
namespace: {{ include "swiftail.namespaceName" $root }}
labels:
  {{- include "swiftail.labels" $root | nindent 2 }}
  {{- with index . 2 }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with index . 3 }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "swiftail.image" -}}
{{- $registry := .Values.global.imageRegistry | default .Values.image.registry }}
{{- with $registry }}{{ . }}/{{ end }}
{{- .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- /* The configuration file as text */}}
{{- define "swiftail.config" -}}
{{- tpl .Values.config.file . }}
{{- end }}

{{- /* "true" if a port's Service is to be reached through the metrics Service */}}
{{- define "swiftail.hasMetricsService" -}}
{{- if or .Values.service.enabled .Values.serviceMonitor.enabled }}true{{ end }}
{{- end }}

{{- /* "true" if Promtail's positions are to be taken over: asked for, or a DaemonSet of Promtail's is in the cluster's
       namespace while Helm renders (helm template and GitOps controllers see no cluster: say true there). */}}
{{- define "swiftail.takesOver" -}}
{{- $when := .Values.takeOver.enabled | toString }}
{{- if eq $when "true" }}true
{{- else if eq $when "auto" }}
{{- range dig "items" (list) (lookup "apps/v1" "DaemonSet" (include "swiftail.namespaceName" .) "") }}
{{- if eq "promtail" (dig "metadata" "labels" "app.kubernetes.io/name" "" .) }}true{{ end }}
{{- end }}
{{- end }}
{{- end }}

{{- define "swiftail.enableServiceLinks" -}}
{{- if semverCompare ">=1.13-0" .Capabilities.KubeVersion.Version }}
{{- if kindIs "invalid" .Values.enableServiceLinks }}
enableServiceLinks: true
{{- else }}
enableServiceLinks: {{ .Values.enableServiceLinks }}
{{- end }}
{{- end }}
{{- end }}

{{- /* Names that values files written for the promtail chart include in config.file and extraObjects */}}
{{- define "promtail.name" }}{{ include "swiftail.name" . }}{{ end }}
{{- define "promtail.fullname" }}{{ include "swiftail.fullname" . }}{{ end }}
{{- define "promtail.namespaceName" }}{{ include "swiftail.namespaceName" . }}{{ end }}
{{- define "promtail.chart" }}{{ include "swiftail.chart" . }}{{ end }}
{{- define "promtail.labels" }}{{ include "swiftail.labels" . }}{{ end }}
{{- define "promtail.selectorLabels" }}{{ include "swiftail.selectorLabels" . }}{{ end }}
{{- define "promtail.serviceAccountName" }}{{ include "swiftail.serviceAccountName" . }}{{ end }}
{{- define "promtail.enableServiceLinks" }}{{ include "swiftail.enableServiceLinks" . }}{{ end }}
