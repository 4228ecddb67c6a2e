/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Devices of other processes in the same prefix of Wine's. Each process has an NT kernel of its own, so a device is only
 * known to the process that has made it; but programs look for the devices of others (to capture what goes through
 * them, to see whose name is taken). So each process keeps a file of those that run in it, and shows those of the other
 * files as nodes that are started, have their properties, and no driver here.
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/guest.h"
#include "host/pnp_private.h"

#define MAGIC 0x31646e77u
#define FILE_LIMIT (1u << 20)
#define PREFIX "warren-host-"
#define SUFFIX ".nodes"

static pthread_mutex_t file_lock = PTHREAD_MUTEX_INITIALIZER; /* this process's file; who looks at the others' */

static char *folder_path; /* file_lock */

static const char *folder(void) {
    if (!folder_path) folder_path = guest_disk_path(L"C:\\windows\\temp");
    return folder_path;
}

/* --- telling ----------------------------------------------------------------------------------------------------- */

static void put(FILE *file, const void *data, uint32_t size) { fwrite(data, 1, size, file); }

static void put_sized(FILE *file, const void *data, size_t size) {
    uint32_t length = (uint32_t)size;
    put(file, &length, sizeof length);
    if (length) put(file, data, length);
}

static void put_text(FILE *file, const WCHAR *text) {
    put_sized(file, text, text ? (wide_length(text) + 1) * sizeof *text : 0);
}

static bool put_node(struct devnode *node, void *context) {
    FILE *file = context;
    uint64_t luid = 0;
    struct ndis_adapter *adapter = ndis_adapter_find(&node->net_cfg);
    if (adapter) luid = ndis_adapter_luid(adapter).Value;
    ndis_mutex_lock(&pnp_lock);
    if (node->started && !node->neighbour && adapter) {
        uint32_t magic = MAGIC;
        put(file, &magic, sizeof magic);
        put_text(file, node->path);
        put_sized(file, &node->net_cfg, sizeof node->net_cfg);
        put_sized(file, &luid, sizeof luid);
        put_text(file, node->info.enumerator);
        put_text(file, node->info.instance);
        put_text(file, node->info.description);
        put_sized(file, node->info.hardware_ids, node->info.hardware_ids ? multi_size(node->info.hardware_ids) : 0);
        for (const struct stored_property *at = node->info.properties; at; at = at->next) {
            put_sized(file, &at->key, sizeof at->key);
            put_sized(file, &at->type, sizeof at->type);
            put_sized(file, at->data, at->size);
        }
        put_sized(file, NULL, 0);
    }
    ndis_mutex_unlock(&pnp_lock);
    return true;
}

static bool file_name(char *path, size_t room, const char *suffix) {
    const char *base = folder();
    return base && (size_t)snprintf(path, room, "%s/" PREFIX "%d%s", base, getpid(), suffix) < room;
}

void guest_nodes_tell(void) {
    char *text = NULL, path[4096], new[4096];
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size);
    if (!memory) return;
    pnp_for_each(put_node, memory);
    fclose(memory);
    pthread_mutex_lock(&file_lock);
    if (file_name(path, sizeof path, SUFFIX) && file_name(new, sizeof new, ".new")) {
        FILE *file = size ? fopen(new, "wb") : NULL;
        bool good = file && fwrite(text, 1, size, file) == size;
        if (file && fclose(file)) good = false;
        if (good) good = rename(new, path) == 0;
        if (!good && size) host_log("%s: other programs cannot see the devices of this one: %s", new, strerror(errno));
        if (!size) unlink(path);
    }
    pthread_mutex_unlock(&file_lock);
    free(text);
}

void guest_nodes_end(void) {
    char path[4096];
    /* Without one this process has told nothing; and Wine cannot be asked at the end. */
    if (folder_path && file_name(path, sizeof path, SUFFIX)) unlink(path);
}

/* --- looking ----------------------------------------------------------------------------------------------------- */

/* What is left of a file; a process that is not ours wrote it. */
struct rest {
    const uint8_t *at;
    size_t size;
};

static const void *get(struct rest *rest, uint32_t *size) {
    if (rest->size < 4) return NULL;
    memcpy(size, rest->at, 4);
    if (rest->size - 4 < *size) return NULL;
    const void *data = rest->at + 4;
    rest->at += 4 + *size;
    rest->size -= 4 + *size;
    return data;
}

static const void *get_exactly(struct rest *rest, uint32_t size) {
    uint32_t is;
    const void *data = get(rest, &is);
    return data && is == size ? data : NULL;
}

/* Text, or several, with its end; in memory from malloc. */
static WCHAR *get_text(struct rest *rest) {
    uint32_t size;
    const void *data = get(rest, &size);
    WCHAR *text = data && size % sizeof(WCHAR) == 0 ? calloc(1, size + 2 * sizeof(WCHAR)) : NULL;
    if (text) memcpy(text, data, size);
    return text;
}

static bool get_properties(struct rest *rest, struct device_info *info) {
    for (;;) {
        uint32_t key_size, size;
        struct pnp_property property = {0};
        const void *key = get(rest, &key_size), *type, *data;
        if (!key || (key_size && key_size != sizeof property.key)) return false;
        if (!key_size) return true;
        if ((type = get_exactly(rest, sizeof property.type)) == NULL || (data = get(rest, &size)) == NULL) return false;
        memcpy(&property.key, key, sizeof property.key);
        memcpy(&property.type, type, sizeof property.type);
        property.data = data;
        property.size = size;
        struct stored_property *stored = stored_property_copy(&property);
        if (!stored) return false;
        stored->next = info->properties;
        info->properties = stored;
    }
}

/* One node; its memory is the caller's to hand on. False: the file makes no sense. */
static bool get_node(struct rest *rest, struct devnode *node) {
    uint32_t magic = 0;
    const void *guid, *luid;
    if (rest->size < 4) return false;
    memcpy(&magic, rest->at, 4);
    rest->at += 4;
    rest->size -= 4;
    if (magic != MAGIC || !(node->path = get_text(rest)) || !(guid = get_exactly(rest, sizeof node->net_cfg)) ||
        !(luid = get_exactly(rest, sizeof node->neighbour_luid)))
        return false;
    memcpy(&node->net_cfg, guid, sizeof node->net_cfg);
    memcpy(&node->neighbour_luid, luid, sizeof node->neighbour_luid);
    struct device_info *info = &node->info;
    return (info->enumerator = get_text(rest)) && (info->instance = get_text(rest)) &&
           (info->description = get_text(rest)) && (info->hardware_ids = get_text(rest)) && get_properties(rest, info);
}

static void drop(struct devnode *node) {
    device_info_free(&node->info);
    free(node->path);
    node->path = NULL;
}

/* The node is there already, perhaps with other properties (renamed), or becomes one. */
static void node_show(struct devnode *seen, int pid) {
    struct devnode *node = pnp_find(seen->path, true);
    bool known = node;
    if (!known) {
        node = pnp_neighbour(seen->path, &seen->net_cfg, &seen->info);
        seen->path = NULL;
    }
    if (!node) return;
    ndis_mutex_lock(&pnp_lock);
    if (node->neighbour) {
        struct device_info old = node->info;
        if (known) node->info = seen->info;
        if (known) seen->info = old;
        node->neighbour = pid;
        node->neighbour_luid = seen->neighbour_luid;
        node->neighbour_seen = true;
    }
    ndis_mutex_unlock(&pnp_lock);
    pnp_release(node);
}

static void file_look(const char *path, int pid) {
    FILE *file = fopen(path, "rb");
    uint8_t *text = file ? malloc(FILE_LIMIT) : NULL;
    struct rest rest = {text, text ? fread(text, 1, FILE_LIMIT, file) : 0};
    if (file) fclose(file);
    while (rest.size) {
        struct devnode seen = {0};
        bool good = get_node(&rest, &seen);
        if (good) node_show(&seen, pid);
        drop(&seen);
        if (!good) break;
    }
    free(text);
}

static bool mark_unseen(struct devnode *node, void *context) {
    (void)context;
    ndis_mutex_lock(&pnp_lock);
    node->neighbour_seen = false;
    ndis_mutex_unlock(&pnp_lock);
    return true;
}

static bool forget_unseen(struct devnode *node, void *context) {
    (void)context;
    if (node->neighbour && !node->neighbour_seen) pnp_neighbour_gone(node);
    return true;
}

void guest_nodes_look(void) {
    pthread_mutex_lock(&file_lock);
    DIR *list = folder() ? opendir(folder()) : NULL;
    pnp_for_each(mark_unseen, NULL);
    for (struct dirent *entry; list && (entry = readdir(list)) != NULL;) {
        char path[4096], *end;
        if (strncmp(entry->d_name, PREFIX, strlen(PREFIX)) != 0) continue;
        int pid = (int)strtol(entry->d_name + strlen(PREFIX), &end, 10);
        if (pid <= 0 || pid == getpid() || strcmp(end, SUFFIX) != 0) continue;
        if ((size_t)snprintf(path, sizeof path, "%s/%s", folder(), entry->d_name) >= sizeof path) continue;
        if (kill(pid, 0) && errno == ESRCH)
            unlink(path); /* it was killed */
        else
            file_look(path, pid);
    }
    if (list) closedir(list);
    pnp_for_each(forget_unseen, NULL);
    pthread_mutex_unlock(&file_lock);
}

struct search {
    const GUID *guid;
    uint64_t luid;
};

static bool luid_visit(struct devnode *node, void *context) {
    struct search *search = context;
    if (!node->neighbour || memcmp(&node->net_cfg, search->guid, sizeof(GUID))) return true;
    search->luid = node->neighbour_luid;
    return false;
}

bool guest_nodes_luid(const GUID *guid, NET_LUID *luid) {
    struct search search = {.guid = guid};
    pnp_for_each(luid_visit, &search);
    luid->Value = search.luid;
    return search.luid != 0;
}
