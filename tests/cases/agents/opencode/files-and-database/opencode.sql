CREATE TABLE `project` (`id` text PRIMARY KEY, `worktree` text NOT NULL);
CREATE TABLE `session` (
  `id` text PRIMARY KEY, `project_id` text NOT NULL, `parent_id` text, `slug` text NOT NULL, `directory` text NOT NULL,
  `title` text NOT NULL, `version` text NOT NULL, `revert` text, `time_created` integer NOT NULL, `time_updated` integer NOT NULL
);
CREATE TABLE `message` (
  `id` text PRIMARY KEY, `session_id` text NOT NULL, `time_created` integer NOT NULL, `time_updated` integer NOT NULL, `data` text NOT NULL
);
CREATE TABLE `part` (
  `id` text PRIMARY KEY, `message_id` text NOT NULL, `session_id` text NOT NULL, `time_created` integer NOT NULL,
  `time_updated` integer NOT NULL, `data` text NOT NULL
);
INSERT INTO session (id, project_id, parent_id, slug, directory, title, version, revert, time_created, time_updated) VALUES ('ses_lamp', 'p1', NULL, 'lamp', '/home/ada/lamp', 'Lamp', '1.1.9', NULL, 1777888800000, 1777888859000);
INSERT INTO message (id, session_id, time_created, time_updated, data) VALUES ('msg_1', 'ses_lamp', 1777888801000, 1777888801000, '{"role": "user", "time": {"created": 1777888801000}}');
INSERT INTO part (id, message_id, session_id, time_created, time_updated, data) VALUES ('prt_100', 'msg_1', 'ses_lamp', 1777888801000, 1777888806000, '{"type": "text", "text": "Longer."}');
INSERT INTO message (id, session_id, time_created, time_updated, data) VALUES ('msg_2', 'ses_lamp', 1777888802000, 1777888802000, '{"role": "assistant", "time": {"created": 1777888802000}, "modelID": "claude-opus-4-5", "providerID": "anthropic", "path": {"cwd": "/home/ada/lamp", "root": "/home/ada/lamp"}}');
INSERT INTO part (id, message_id, session_id, time_created, time_updated, data) VALUES ('prt_200', 'msg_2', 'ses_lamp', 1777888802000, 1777888807000, '{"type": "text", "text": "I''ll change it."}');
INSERT INTO message (id, session_id, time_created, time_updated, data) VALUES ('msg_3', 'ses_lamp', 1777888805000, 1777888805000, '{"role": "user", "time": {"created": 1777888805000}}');
INSERT INTO part (id, message_id, session_id, time_created, time_updated, data) VALUES ('prt_300', 'msg_3', 'ses_lamp', 1777888805000, 1777888810000, '{"type": "text", "text": "Thanks."}');
