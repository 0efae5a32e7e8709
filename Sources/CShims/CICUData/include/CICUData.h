// ICU's data, empty: what `icudt76_dat` is where nothing of it is needed.
#pragma once
