{{- /* The pod of DaemonSet and Deployment. Argument: the root context */}}
{{- define "swiftail.podTemplate" -}}
metadata:
  labels:
    {{- include "swiftail.selectorLabels" . | nindent 4 }}
    {{- with .Values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- if or (not .Values.sidecar.configReloader.enabled) .Values.podAnnotations }}
  annotations:
    {{- if not .Values.sidecar.configReloader.enabled }}
    checksum/config: {{ include "swiftail.config" . | sha256sum }}
    {{- end }}
    {{- with .Values.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- end }}
spec:
  serviceAccountName: {{ include "swiftail.serviceAccountName" . }}
  {{- if not (kindIs "invalid" .Values.automountServiceAccountToken) }}
  automountServiceAccountToken: {{ .Values.automountServiceAccountToken }}
  {{- end }}
  {{- with include "swiftail.enableServiceLinks" . | trim }}
  {{- . | nindent 2 }}
  {{- end }}
  {{- if .Values.hostNetwork }}
  hostNetwork: true
  {{- end }}
  {{- with .Values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- with .Values.hostAliases }}
  hostAliases:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.podSecurityContext }}
  securityContext:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.global.imagePullSecrets | default .Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with include "swiftail.initContainers" . | trim }}
  {{- . | nindent 2 }}
  {{- end }}
  containers:
    - {{ include "swiftail.container" . | indent 6 | trim }}
    {{- if .Values.sidecar.configReloader.enabled }}
    - {{ include "swiftail.configReloader" . | indent 6 | trim }}
    {{- end }}
    {{- range $name, $container := .Values.extraContainers }}
    - name: {{ $name }}
      {{- toYaml (omit $container "name") | nindent 6 }}
    {{- end }}
  {{- with .Values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  volumes:
    - name: config
      {{- if .Values.configmap.enabled }}
      configMap:
        name: {{ include "swiftail.fullname" . }}
      {{- else }}
      secret:
        secretName: {{ include "swiftail.fullname" . }}
      {{- end }}
    {{- with .Values.defaultVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
    {{- if include "swiftail.takesOver" . }}
    - name: promtail-positions
      hostPath:
        path: {{ .Values.takeOver.hostPath }}
        type: DirectoryOrCreate
    {{- end }}
    {{- with .Values.extraVolumes }}
    {{- tpl (toYaml .) $ | nindent 4 }}
    {{- end }}
{{- end }}

{{- /* Promtail's positions are taken over, and the folder given to the user that the agent runs as, before it starts */}}
{{- define "swiftail.initContainers" -}}
{{- $takesOver := include "swiftail.takesOver" . }}
{{- $owner := .Values.takeOver.owner }}
{{- $positions := dig "filename" "/run/promtail/positions.yaml" (.Values.config.positions | default dict) }}
{{- if or .Values.initContainer $takesOver $owner }}
initContainers:
  {{- with .Values.initContainer }}
  {{- tpl (toYaml .) $ | nindent 2 }}
  {{- end }}
  {{- if or $takesOver $owner }}
  - name: take-over
    image: {{ include "swiftail.image" . | quote }}
    imagePullPolicy: {{ .Values.image.pullPolicy }}
    args:
      - take-over
      - --to={{ $positions }}
      {{- if $takesOver }}
      - --from=/promtail/{{ base $positions }}
      {{- end }}
      {{- with $owner }}
      - --owner={{ . }}
      {{- end }}
    securityContext:
      runAsUser: 0
      runAsNonRoot: false
      readOnlyRootFilesystem: true
      allowPrivilegeEscalation: false
      capabilities:
        drop: [ALL]
        {{- if $owner }}
        add: [CHOWN, DAC_OVERRIDE]
        {{- end }}
    {{- with .Values.resources }}
    resources:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    volumeMounts:
      {{- with .Values.defaultVolumeMounts }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
      {{- with .Values.extraVolumeMounts }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
      {{- if $takesOver }}
      - name: promtail-positions
        mountPath: /promtail
        readOnly: true
      {{- end }}
  {{- end }}
{{- end }}
{{- end }}

{{- define "swiftail.container" -}}
name: {{ .Chart.Name }}
image: {{ include "swiftail.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
args:
  - -config.file=/etc/promtail/promtail.yaml
  {{- if .Values.sidecar.configReloader.enabled }}
  - -server.enable-runtime-reload
  {{- end }}
  {{- with .Values.extraArgs }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
env:
  - name: HOSTNAME
    valueFrom:
      fieldRef:
        fieldPath: spec.nodeName
  {{- with .Values.extraEnv }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with .Values.extraEnvFrom }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end }}
ports:
  - name: http-metrics
    containerPort: {{ .Values.config.serverPort }}
    protocol: TCP
  {{- range $key, $port := .Values.extraPorts }}
  - name: {{ $port.name | default $key }}
    containerPort: {{ $port.containerPort }}
    protocol: {{ $port.protocol | default "TCP" }}
  {{- end }}
{{- with .Values.livenessProbe }}
livenessProbe:
  {{- tpl (toYaml .) $ | nindent 2 }}
{{- end }}
{{- with .Values.readinessProbe }}
readinessProbe:
  {{- tpl (toYaml .) $ | nindent 2 }}
{{- end }}
{{- with .Values.resources }}
resources:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.containerSecurityContext }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
volumeMounts:
  - name: config
    mountPath: /etc/promtail
  {{- with .Values.defaultVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
  {{- with .Values.extraVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}

{{- define "swiftail.configReloader" -}}
{{- $reloader := .Values.sidecar.configReloader }}
name: config-reloader
image: "{{ with $reloader.image.registry }}{{ . }}/{{ end }}{{ $reloader.image.repository }}:{{ $reloader.image.tag }}"
imagePullPolicy: {{ $reloader.image.pullPolicy }}
args:
  - -web.listen-address=:{{ $reloader.config.serverPort }}
  - -volume-dir=/etc/promtail/
  - -webhook-method=GET
  - -webhook-url=http://127.0.0.1:{{ .Values.config.serverPort }}{{ .Values.httpPathPrefix }}/reload
  {{- with $reloader.extraArgs }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with $reloader.extraEnv }}
env:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $reloader.extraEnvFrom }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end }}
ports:
  - name: reloader
    containerPort: {{ $reloader.config.serverPort }}
    protocol: TCP
{{- with $reloader.livenessProbe }}
livenessProbe:
  {{- tpl (toYaml .) $ | nindent 2 }}
{{- end }}
{{- with $reloader.readinessProbe }}
readinessProbe:
  {{- tpl (toYaml .) $ | nindent 2 }}
{{- end }}
{{- with $reloader.resources }}
resources:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $reloader.containerSecurityContext }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
volumeMounts:
  - name: config
    mountPath: /etc/promtail
{{- end }}
