// In every page: a PushManager and a Notification permission that answer, which those of an offline Chromium do not.
(given) => {
  if (!window.PushManager || !window.Notification) return;
  const KEPT = 'fake-push';
  const kept = () => JSON.parse(localStorage.getItem(KEPT) || '{}');
  const keep = (change) => localStorage.setItem(KEPT, JSON.stringify({ ...kept(), ...change }));
  const permission = () => kept().permission || given.permission;
  const state = () => (permission() === 'default' ? 'prompt' : permission());

  const text = (bytes) => btoa(String.fromCharCode(...bytes)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '');
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
  const view = (key) => (ArrayBuffer.isView(key) ? new Uint8Array(key.buffer, key.byteOffset, key.byteLength) : new Uint8Array(key));

  const ask = async () => {
    if (permission() === 'default') keep({ permission: given.choice });
    return permission();
  };

  const subscription = () => {
    const { key } = kept();
    if (!key) return null;
    const own = {
      endpoint: given.endpoint,
      expirationTime: null,
      options: { userVisibleOnly: true, applicationServerKey: bytes(key).buffer },
      getKey: (name) => (given.keys[name] ? bytes(given.keys[name]).buffer : null),
      toJSON: () => ({ endpoint: given.endpoint, expirationTime: null, keys: { ...given.keys } }),
      unsubscribe: async () => {
        const was = Boolean(kept().key);
        keep({ key: undefined });
        return was;
      },
    };
    const made = Object.create(PushSubscription.prototype);
    for (const [name, value] of Object.entries(own)) Object.defineProperty(made, name, { value, enumerable: true });
    return made;
  };

  const subscribe = async ({ userVisibleOnly, applicationServerKey } = {}) => {
    if (!userVisibleOnly) throw new DOMException('userVisibleOnly must be true', 'NotAllowedError');
    if (!applicationServerKey) throw new DOMException('applicationServerKey is missing', 'AbortError');
    const key = typeof applicationServerKey === 'string' ? bytes(applicationServerKey) : view(applicationServerKey);
    if (key.length !== 65 || key[0] !== 4) throw new DOMException('applicationServerKey is no P-256 point', 'InvalidAccessError');
    if ((await ask()) !== 'granted') throw new DOMException('permission denied', 'NotAllowedError');
    if (kept().key && kept().key !== text(key)) throw new DOMException('another key is in use', 'InvalidStateError');
    keep({ key: text(key) });
    return subscription();
  };

  const query = Permissions.prototype.query;
  const answerQuery = async function (asked) {
    const status = await query.call(this, asked);
    if (!['notifications', 'push'].includes(asked.name)) return status;
    return Object.defineProperty(status, 'state', { get: state });
  };

  const put = (object, name, value) => Object.defineProperty(object, name, { value, configurable: true, writable: true });
  put(PushManager.prototype, 'subscribe', subscribe);
  put(PushManager.prototype, 'getSubscription', async () => subscription());
  put(PushManager.prototype, 'permissionState', async () => state());
  put(Permissions.prototype, 'query', answerQuery);
  put(Notification, 'requestPermission', ask);
  Object.defineProperty(Notification, 'permission', { get: permission, configurable: true });
}
